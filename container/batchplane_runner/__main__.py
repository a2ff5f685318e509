"""Starts the runner: `python -m batchplane_runner COMMAND ARG...`, or `python FOLDER COMMAND ARG...`. Nothing else."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

if not __package__:
    # Started by its folder: Python then looks for modules inside the package instead of beside it.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from batchplane_runner.run import run  # noqa: E402 - the path must be right first

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], os.environ, sleep=time.sleep, random=random.random))
