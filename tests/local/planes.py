"""A plane in a process of its own, and the command that runs one, as tests speak to them. Every wait is bounded."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import httpx

from batchplane_local.process import PlaneProcess

#: No test waits longer, in seconds; and how long between two looks.
PATIENCE_SECONDS = 60
GLANCE_SECONDS = 0.05


def batchplane_local(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "batchplane_local", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


def caller(plane: PlaneProcess, token: str | None = None) -> httpx.Client:
    """A client of the API that speaks for an owner, the first where no token is given."""
    headers = {"Authorization": f"Bearer {token or plane.credentials.token}"}
    return httpx.Client(base_url=plane.credentials.url, headers=headers, timeout=PATIENCE_SECONDS)


def ended(api: httpx.Client, job_id: str) -> dict[str, Any]:
    """A job's document, once it has ended."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        document: dict[str, Any] = api.get(f"/jobs/{job_id}").json()
        if document["status"] in ("SUCCEEDED", "FAILED"):
            return document
        time.sleep(GLANCE_SECONDS)
    raise AssertionError(f"job {job_id} has not ended after {PATIENCE_SECONDS} seconds")
