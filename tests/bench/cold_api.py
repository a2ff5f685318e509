"""A process that is `serve_api` for one request, as AWS Lambda would start it: `python -m …` with it as input."""

import json
import sys
from types import SimpleNamespace

from lambdas.serve_api.handler import handler

context = SimpleNamespace(get_remaining_time_in_millis=lambda: 29_000)
answer = handler(json.load(sys.stdin), context)
if answer["statusCode"] != 202:
    raise SystemExit(f"The submission was not accepted: {answer}")
