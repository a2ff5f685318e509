"""The embedded gateway under a caller that waits for each answer, beside a bare route that keeps nothing.

The plane is whole: what it accepts it hands on, to a queue that is held. Callers are sockets in this process.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from batchplane_local.process import PlaneProcess, started
from tests.bench.race import ROUNDS, one_in
from tests.bench.serving import serving
from tests.bench.wire import ask, bearing, connected, exchange

#: Requests of one round, and connections that they come over: one after another, or several at a time.
REQUESTS, CONNECTIONS = 1000, (1, 8)
_BODY = {"jobName": "bench", "jobDefinition": "plain", "command": ["true"]}
#: Takes the whole plane while the others are measured.
_HELD = {"jobName": "held", "jobDefinition": "plain", "command": ["sleep", "3600"]}
#: Most waits for what a round has left to be handed on, of 25 seconds each.
_WAITS = 10


@dataclass(kw_only=True)
class Server:
    """One that takes submissions."""

    url: str
    request: bytes
    #: Given the last answer's body; returns when what the round has set off is over.
    settle: Callable[[bytes], None] = lambda answer: None
    #: Of every round: answers a second, and seconds of its median answer.
    rates: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)

    def run(self, connections: int, *, requests: int) -> None:
        """One round."""
        began = time.perf_counter()
        with ThreadPoolExecutor(connections) as callers:
            rounds = list(callers.map(lambda _: self._call(one_in(connections, requests)), range(connections)))
        self.rates.append(requests / (time.perf_counter() - began))
        self.medians.append(statistics.median(seconds for each, _ in rounds for seconds in each))
        self.settle(rounds[-1][1])

    def _call(self, requests: int) -> tuple[list[float], bytes]:
        """Send requests over one connection, each after the answer to the last; how long each took, and that answer."""
        seconds, answer = [], b""
        with connected(self.url) as connection:
            for _ in range(requests):
                began = time.perf_counter()
                answer = exchange(connection, self.request)
                seconds.append(time.perf_counter() - began)
        return seconds, answer


def print_gateway(folder: Path, console: Console, *, scale: int = 1) -> None:
    """A table: answers a second and the median one, of the bare route and of the plane."""
    columns = ("", "callers", "a second", "of the bare route", "median ms", "of the bare route")
    table = Table(*columns, title="POST /jobs over connections that stay open", title_justify="left")
    for callers in CONNECTIONS:
        with _servers(folder / str(callers)) as servers:
            for _ in range(one_in(scale, ROUNDS)):
                for server in servers.values():
                    server.run(callers, requests=one_in(scale, REQUESTS))
            rates = {name: statistics.median(server.rates) for name, server in servers.items()}
            medians = {name: statistics.median(server.medians) for name, server in servers.items()}
        bare = next(iter(servers))
        for name, rate in rates.items():
            median = medians[name]
            ratios = f"{rate / rates[bare]:.2f}", f"{median / medians[bare]:.2f}"
            table.add_row(name, str(callers), f"{rate:,.0f}", ratios[0], f"{median * 1000:.2f}", ratios[1])
    console.print(table)


@contextmanager
def _servers(folder: Path) -> Iterator[Mapping[str, Server]]:
    with serving("tests.bench.bare_route") as bare, started(folder, vcpus=1) as plane:
        url, token = plane.credentials.url, plane.credentials.token
        ask(url, bearing(url, token, "POST", "/jobs", _HELD))
        plain, request = (bearing(*each, "POST", "/jobs", _BODY) for each in ((bare["url"], ""), (url, token)))
        yield {
            "a bare Starlette route": Server(url=bare["url"], request=plain),
            "the plane, each kept": Server(url=url, request=request, settle=lambda last: _handed_on(plane, last)),
        }


def _handed_on(plane: PlaneProcess, answer: bytes) -> None:
    """Wait until the last job that was accepted is with Batch: the next round must not run beside the hand-over."""
    url, job_id = plane.credentials.url, json.loads(answer)["jobId"]
    path = f"/jobs/{job_id}/wait?status=SUBMITTED&timeout=25"
    for _ in range(_WAITS):
        if ask(url, bearing(url, plane.credentials.token, "GET", path))["changed"]:
            return
    raise TimeoutError(f"job {job_id} was not handed on after {_WAITS} waits of 25 s")
