"""Servers in processes of their own: modules of ours that print how to reach them, and end with their input."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: Seconds that a server may take to start, and to end.
_PATIENCE = 120


@contextmanager
def serving(module: str, *words: str) -> Iterator[dict[str, str]]:
    """Run `python -m module words…` while the block runs; yields the document that it prints once it is ready."""
    command = [sys.executable, "-m", module, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own modules
        if process.stdin is None or process.stdout is None:
            raise RuntimeError(f"{module} has no pipes")
        try:
            if not select.select([process.stdout], [], [], _PATIENCE)[0]:
                raise TimeoutError(f"{module} was not ready in {_PATIENCE} s")
            ready: dict[str, str] = json.loads(process.stdout.readline())
            yield ready
        finally:
            process.stdin.close()
            process.wait(_PATIENCE)
