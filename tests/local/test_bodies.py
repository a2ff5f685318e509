"""Bodies that nobody means well with, sent to a plane that runs: it refuses them, and is as it was."""

from __future__ import annotations

from pathlib import Path

import httpx

from batchplane_local.process import PlaneProcess
from tests.bodies import BYTES, MOST_BYTES, STRANGE

#: What the plane may ever have taken, in KiB: a few times the largest body above what it needs to run.
MOST_KIBIBYTES = 250 * 1024
JSON = {"Content-Type": "application/json"}


def test_a_plane_outlives_every_body(api: httpx.Client, plane: PlaneProcess) -> None:
    """Each is a broken bound, nothing of it is kept, and the next request is answered by the same process."""
    bodies = {name: text.encode("utf-8", "surrogatepass") for name, text in STRANGE.items()} | BYTES
    statuses = {name: api.post("/jobs", content=body, headers=JSON).status_code for name, body in bodies.items()}
    packed = api.post("/jobs", content=BYTES["a bomb"], headers=JSON | {"Content-Encoding": "gzip"})
    too_long = api.post("/jobs", content=b" " * (MOST_BYTES + 1), headers=JSON)

    assert {} == {name: status for name, status in statuses.items() if status != 400}
    assert (415, 413) == (packed.status_code, too_long.status_code)
    assert ([], None) == (api.get("/jobs").json()["jobs"], plane.process.poll())
    assert _peak(plane) < MOST_KIBIBYTES


def _peak(plane: PlaneProcess) -> int:
    """The most memory that the process has had, in KiB."""
    status = Path(f"/proc/{plane.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
