"""A process that is `submit_job` for one submission, as AWS Lambda would start it: `python -m …` with it as input."""

import json
import sys
from types import SimpleNamespace

from lambdas.submit_job.handler import handler

answer = handler(json.load(sys.stdin), SimpleNamespace(function_name="bench-submit_job"))
if answer["batchItemFailures"]:
    raise SystemExit(f"The submission was not handed over: {answer}")
