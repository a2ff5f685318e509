"""What one caller's large array costs another caller: the longest that a request waited while it came and went."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from batchplane_local.process import PlaneProcess, started
from tests.bench.race import one_in
from tests.bench.wire import ask, bearing, connected, exchange

#: Children of an array that AWS Batch takes, and of one that is submitted in twenty parts.
SIZES = (10_000, 200_000)
#: Fewest children of an array.
LEAST = 2
#: Seconds between the other caller's requests, and between two looks at the array.
BEAT_SECONDS, GLANCE_SECONDS = 0.003, 0.1
#: Seconds for which its children run before it is terminated, and after which it is given up.
RUN_SECONDS, PATIENCE_SECONDS = 3, 300


@dataclass
class Heart:
    """Another caller, who reads and writes in turns, and how long each phase let it wait."""

    plane: PlaneProcess
    phase: str = "is not there yet"
    #: Seconds that requests took, by what was done to the array meanwhile, and by method.
    waits: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def beat(self) -> None:
        """Ask until it is stopped: for a page of jobs, and for one submission again and again, which is kept once."""
        url, token = self.plane.credentials.url, self.plane.credentials.token
        requests = {
            "GET": bearing(url, token, "GET", "/jobs?limit=1"),
            "POST": bearing(url, token, "POST", "/jobs", {"jobName": "beat", "command": ["true"]}, key="beat"),
        }
        with connected(url) as connection:
            while not self._stopped.wait(BEAT_SECONDS):
                for method, request in requests.items():
                    phase, began = self.phase, time.perf_counter()
                    exchange(connection, request)
                    taken = time.perf_counter() - began
                    self.waits.setdefault(phase, {}).setdefault(method, []).append(taken)

    def stop(self) -> None:
        """Ask no more."""
        self._stopped.set()


def print_holds(folder: Path, console: Console, *, scale: int) -> None:
    """A table for each size, from a plane of its own."""
    for size in (one_in(scale, each, least=LEAST) for each in SIZES):
        heart = _watched(folder / str(size), size, run_seconds=RUN_SECONDS / scale)
        title = f"A request of another caller, while an array of {size:,}"
        table = Table("", "GET, longest", "99 of 100 in", "POST, longest", "99 of 100 in", title=title)
        for phase, by_method in heart.waits.items():
            table.add_row(phase, *_told(by_method.get("GET", [])), *_told(by_method.get("POST", [])))
        console.print(table)


def _told(waits: list[float]) -> tuple[str, str]:
    """The longest, and what ninety-nine of a hundred were within."""
    ordered = sorted(waits) or [0.0]
    return _milliseconds(ordered[-1]), _milliseconds(ordered[len(ordered) * 99 // 100])


def _watched(folder: Path, size: int, *, run_seconds: float) -> Heart:
    """What another caller felt of one array, from its submission to its deletion."""
    with started(folder) as plane:
        heart = Heart(plane=plane)
        beating = threading.Thread(target=heart.beat)
        beating.start()
        try:
            time.sleep(run_seconds)
            _come_and_go(plane, heart, size, run_seconds=run_seconds)
        finally:
            heart.stop()
            beating.join()
    return heart


def _come_and_go(plane: PlaneProcess, heart: Heart, size: int, *, run_seconds: float) -> None:
    heart.phase = "is submitted, and runs"
    body = {"jobName": "holds", "command": ["true"], "arrayProperties": {"size": size}}
    job = f"/jobs/{_ask(plane, 'POST', '/jobs', body)['jobId']}"
    _until(lambda: _ask(plane, "GET", job)["status"] != "SUBMITTED")
    time.sleep(run_seconds)
    heart.phase = "is asked to end"
    _until(lambda: _is_taken(plane, f"{job}/terminate"))
    heart.phase = "ends"
    _until(lambda: _ask(plane, "GET", job)["status"] in ("SUCCEEDED", "FAILED"))
    heart.phase = "is listed, child by child"
    _ask(plane, "GET", f"{job}/children?limit=100")
    heart.phase = "is deleted"
    _until(lambda: not _ask(plane, "DELETE", job)["more"])


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError(f"an array was not where it should be within {PATIENCE_SECONDS} s")
        time.sleep(GLANCE_SECONDS)


def _is_taken(plane: PlaneProcess, path: str) -> bool:
    """Ask for an end; False for "not now", as while a part is being handed on."""
    try:
        _ask(plane, "POST", path, {})
    except ConnectionError:
        return False
    return True


def _ask(plane: PlaneProcess, method: str, path: str, document: dict[str, Any] | None = None) -> dict[str, Any]:
    url = plane.credentials.url
    return ask(url, bearing(url, plane.credentials.token, method, path, document))


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
