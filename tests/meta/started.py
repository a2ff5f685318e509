"""A process that starts one function as its first call does: `python -m … FUNCTION [FILE]`, to answer the file's event.

Its last line is a list of all modules that it has imported by then. By itself it imports none that a function does not.
"""

import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace

function, *files = sys.argv[1:]
module = importlib.import_module(f"lambdas.{function}.handler")
if files:
    context = SimpleNamespace(function_name=function, get_remaining_time_in_millis=lambda: 29_000)
    answer = module.handler(json.loads(Path(files[0]).read_text()), context)
    if answer.get("batchItemFailures") or answer.get("statusCode", 202) != 202:
        raise SystemExit(f"The event was not taken: {answer}")
else:
    module.build(importlib.import_module("controlplane.aws.plane").AwsPlane.from_environment())
sys.stdout.write("\n" + json.dumps(list(sys.modules)))
