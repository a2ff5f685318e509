"""A process that is the event consumer for one event, as AWS Lambda would start it: `python -m …` with it as input."""

import json
import sys
from types import SimpleNamespace

from lambdas.record_state_change.handler import handler

answer = handler(json.load(sys.stdin), SimpleNamespace(function_name="bench-record_state_change"))
if answer["batchItemFailures"]:
    raise SystemExit(f"The event was not recorded: {answer}")
