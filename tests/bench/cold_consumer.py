"""A process that is the event consumer for one event, as AWS Lambda would start it: `python -m … EVENT`, a file."""

import json
import sys
from pathlib import Path

from lambdas.record_state_change.handler import handler

answer = handler(json.loads(Path(sys.argv[1]).read_text()), None)
if answer["batchItemFailures"]:
    raise SystemExit(f"The event was not recorded: {answer}")
