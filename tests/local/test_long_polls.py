"""Requests that wait are held outside the function, cost it nothing, and end with the news, the time or the plane."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import httpx
import pytest

from batchplane_local.batch.listeners import Listeners
from batchplane_local.gateway.http_event import HttpAnswer, HttpRequest
from batchplane_local.gateway.long_polls import LongPolls
from batchplane_local.process import PlaneProcess, started
from controlplane.records.record import RecordKey
from tests.local.planes import caller
from tests.waiting import PATIENCE_SECONDS

JOB = RecordKey(job_id="j1")
CHILD = RecordKey(job_id="batch-0", index=3)
#: Less than a request may be held, in seconds.
MOST_SECONDS = 10
PATHS = pytest.mark.parametrize(("path", "key"), [("/jobs/j1/wait", JOB), ("/jobs/j1/children/3/wait", CHILD)])


def no_log(stream: str, hear: Callable[[], object]) -> AbstractContextManager[None]:
    """No log ever tells of anything."""
    return nullcontext()


@dataclass
class Function:
    """A function that tells of a job that changes when a test says so."""

    changed: bool = False
    queries: list[str] = field(default_factory=list)
    #: Set with each question.
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: HttpRequest) -> HttpAnswer:
        """What the gateway does with a request."""
        self.queries.append(request.query)
        self.asked.set()
        child = ":3" if "children" in request.path else ""
        job = {"jobId": f"j1{child}", "batchJobId": f"batch-0{child}"}
        return HttpAnswer(status=200, headers=(), body=json.dumps({"changed": self.changed, "job": job}).encode())


@dataclass(kw_only=True)
class Held:
    """A request that is held."""

    listeners: Listeners[RecordKey] = field(default_factory=Listeners)
    function: Function = field(default_factory=Function)

    def __post_init__(self) -> None:
        self.polls = LongPolls(self.listeners, no_log)

    async def answered(self, path: str, query: str, meanwhile: Callable[[], object] = lambda: None) -> bool:
        """Whether the answer is news; `meanwhile` happens once the request is held."""
        asking = asyncio.create_task(self.polls.answer(request(path, query), self.function))
        while len(self.function.queries) < 2:  # a first look, and one since it listens
            await asyncio.wait_for(self.function.asked.wait(), PATIENCE_SECONDS)
            self.function.asked.clear()
        meanwhile()
        answer = await asyncio.wait_for(asking, MOST_SECONDS)
        return bool(json.loads(answer.body)["changed"])


def request(path: str, query: str, method: str = "GET") -> HttpRequest:
    """A request of somebody."""
    return HttpRequest(method=method, path=path, query=query, headers={}, body=b"", source_ip="", at=0)


@PATHS
def test_it_is_answered_when_the_record_has_changed(path: str, key: RecordKey) -> None:
    """The function is asked with no time to wait: twice to begin with, and once for each change."""
    held = Held()

    def change() -> None:
        held.function.changed = True
        held.listeners.tell([key])

    assert asyncio.run(held.answered(path, "status=RUNNING&timeout=25", change))
    assert ["status=RUNNING&timeout=0"] * 3 == held.function.queries


def test_it_is_held_however_its_path_is_quoted() -> None:
    """The function must not wait itself: it would keep everybody else waiting."""
    held = Held()

    assert not asyncio.run(held.answered("/jobs/j1/w%61it", "timeout=0.05"))


def test_another_job_s_change_does_not_wake_it() -> None:
    """Nothing is asked until its own time is over."""
    held = Held()
    other = RecordKey(job_id="j2")

    assert not asyncio.run(held.answered("/jobs/j1/wait", "timeout=0.05", lambda: held.listeners.tell([other])))
    assert len(held.function.queries) == 3


def test_it_is_let_go_when_the_plane_ends() -> None:
    """A restart waits for nobody."""
    held = Held()

    assert not asyncio.run(held.answered("/jobs/j1/wait", "status=RUNNING", held.polls.close))


@pytest.mark.parametrize(
    ("path", "query", "method"),
    [
        ("/jobs/j1", "timeout=25", "GET"),
        ("/jobs/j1/wait", "timeout=25", "POST"),
        ("/jobs/j1/wait", "timeout=26", "GET"),
        ("/jobs/j1/wait", "timeout=x", "GET"),
        ("/jobs/j1/wait", "timeout=nan", "GET"),
        ("/jobs/j1/wait", "timeout=0", "GET"),
        ("/jobs/j1/wait", "timeout=", "GET"),
        ("/jobs/j1/wait", "timeout=25&timeout=25", "GET"),
    ],
)
def test_what_does_not_wait_is_handed_on_as_it_is(path: str, query: str, method: str) -> None:
    """The function answers it, or refuses it."""
    function = Function()
    polls = LongPolls(Listeners(), no_log)
    asyncio.run(polls.answer(request(path, query, method), function))

    assert [query] == function.queries


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaneProcess]:
    """A plane that runs."""
    with started(tmp_path_factory.mktemp("plane") / "data") as process:
        yield process


def submit(api: httpx.Client, *command: str) -> str:
    """A job, by its id."""
    body = {"jobName": "job", "containerOverrides": {"command": list(command)}}
    return str(api.post("/jobs", json=body).raise_for_status().json()["jobId"])


def waited(plane: PlaneProcess, job_id: str) -> str:
    """The last status of a job that is waited for to its end."""
    status = "SUBMITTED"
    with caller(plane) as api:
        for _ in range(20):
            answer = api.get(f"/jobs/{job_id}/wait", params={"status": status}).raise_for_status().json()
            status = answer["job"]["status"]
            if status in ("SUCCEEDED", "FAILED"):
                break
    return status


def test_a_hundred_that_wait_keep_nobody_else_waiting(plane: PlaneProcess) -> None:
    """Others are served meanwhile, and all hundred hear of the end."""
    with caller(plane) as api, ThreadPoolExecutor(100) as threads:
        long = submit(api, "sleep", "60")
        waiting = [threads.submit(waited, plane, long) for _ in range(100)]
        other = waited(plane, submit(api, "true"))
        api.post(f"/jobs/{long}/terminate", json={}).raise_for_status()
        statuses = {each.result(timeout=PATIENCE_SECONDS) for each in waiting}

    assert ("SUCCEEDED", {"FAILED"}) == (other, statuses)
