"""Starts a function as AWS Lambda does: under AWS's own runtime interface client, on a path of its own and no other."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import distribution
from pathlib import Path

from tests.infra.runtime_api import Outcome, RuntimeApi, runtime_api

#: What Lambda has beside the function and its layers: the client and what it imports.
_RUNTIME = ("awslambdaric", "simplejson", "snapshot-restore-py")
#: The longest that one invocation may take, its start included, in seconds.
_PATIENCE = 60
_POLL_SECONDS = 0.1


def copy_runtime(folder: Path) -> None:
    """Put the runtime interface client, as it is installed here, into a folder of its own."""
    for name in _RUNTIME:
        for file in distribution(name).files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), target)


def invoke(
    handler: str,
    event: object,
    *,
    task_root: Path,
    path: Sequence[Path],
    environment: Mapping[str, str],
    log: Path,
) -> Outcome:
    """The outcome of one invocation.

    Handler: "lambdas.serve_api.handler.handler". Path: what can be imported besides the task root, the runtime first.
    What the process prints goes to `log`, and from there to stderr: pytest shows it where a test fails.
    """
    with runtime_api(event) as api, log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603 - every word is ours
            # -S: nothing that is installed here can be imported, unless the path has it.
            [sys.executable, "-S", "-m", "awslambdaric", handler],
            cwd=task_root,
            env=_environment(api, task_root, path) | dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            return _wait(api, process, log)
        finally:
            process.kill()
            process.wait()
            sys.stderr.write(log.read_text())


def _environment(api: RuntimeApi, task_root: Path, path: Sequence[Path]) -> dict[str, str]:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html."""
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_NAME": "under-test",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/under-test",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/18/[$LATEST]under-test",
        "AWS_LAMBDA_RUNTIME_API": api.address,
        "AWS_REGION": "eu-west-1",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "LAMBDA_TASK_ROOT": str(task_root),
        "PATH": os.defpath,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(map(str, [*path, task_root])),
        "TZ": ":UTC",
    }


def _wait(api: RuntimeApi, process: subprocess.Popen[bytes], log: Path) -> Outcome:
    give_up_at = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up_at:
        try:
            return api.outcomes.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            if process.poll() is not None and api.outcomes.empty():
                raise RuntimeError(f"the runtime ended with {process.returncode}:\n{log.read_text()}") from None
    raise TimeoutError(f"no outcome after {_PATIENCE} seconds:\n{log.read_text()}")
