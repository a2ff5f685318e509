"""A plane in a process of its own, and the command that runs one, as tests speak to them. Every wait is bounded."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import httpx

from batchplane_local.process import PlaneProcess
from tests.waiting import PATIENCE_SECONDS, wait_until


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
    path = f"/jobs/{job_id}"
    wait_until(lambda: api.get(path).json()["status"] in ("SUCCEEDED", "FAILED"), f"job {job_id} ends")
    return dict(api.get(path).json())
