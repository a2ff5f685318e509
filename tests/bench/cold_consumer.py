"""A process that is the event consumer for one event, as AWS Lambda would start it: `python -m …` with it as input."""

import json
import sys

from lambdas.record_state_change.handler import handler

answer = handler(json.load(sys.stdin), None)
if answer["batchItemFailures"]:
    raise SystemExit(f"The event was not recorded: {answer}")
