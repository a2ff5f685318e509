"""A process that is `serve_api` for one request, as AWS Lambda would start it: `python -m …` with it as input."""

import json
import sys

from lambdas.serve_api.handler import handler

answer = handler(json.load(sys.stdin), None)
if answer["statusCode"] != 202:
    raise SystemExit(f"The submission was not accepted: {answer}")
