"""A log's live tail: held outside the function, it costs nothing until lines come or the job changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from batchplane_local.batch.listeners import Listeners
from batchplane_local.gateway.http_event import HttpAnswer, HttpRequest
from batchplane_local.gateway.long_polls import LongPolls
from batchplane_local.process import PlaneProcess, started
from controlplane.records.record import RecordKey
from tests.local.planes import caller
from tests.waiting import PATIENCE_SECONDS, wait_until

JOB = RecordKey(job_id="j1")
#: Less than a request may be held, in seconds; and how many are held together.
MOST_SECONDS = 10
CROWD = 100


@dataclass(kw_only=True)
class Tailed:
    """A function that tells of a log as a test says, and requests that are held for it."""

    stream: str | None = "s"
    lines: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    records: Listeners[RecordKey] = field(default_factory=Listeners)
    logs: Listeners[str] = field(default_factory=Listeners)

    def __post_init__(self) -> None:
        self.polls = LongPolls(self.records, self.logs.listening)

    async def __call__(self, request: HttpRequest) -> HttpAnswer:
        """What the gateway does with a request."""
        self.queries.append(request.query)
        document = {"jobId": "j1", "batchJobId": "b", "logStreamName": self.stream, "lines": self.lines, "end": False}
        return HttpAnswer(status=200, headers=(), body=json.dumps(document).encode())

    async def held(
        self, count: int, news: Callable[[], object] = lambda: None, *, seconds: float = 25
    ) -> list[list[str]]:
        """The lines that so many requests are answered; the news come once all of them are held."""
        asked = [
            asyncio.create_task(self.polls.answer(request(f"after=1:x&wait={seconds}"), self)) for _ in range(count)
        ]
        await self._are_asked(2 * count)
        news()
        answers = await asyncio.wait_for(asyncio.gather(*asked), MOST_SECONDS)
        return [json.loads(answer.body)["lines"] for answer in answers]

    async def _are_asked(self, count: int) -> None:
        """Wait until the function was asked so often: a first look of each, and one since it listens."""
        for _ in range(1000):
            if len(self.queries) >= count:
                return
            await asyncio.sleep(0)
        raise AssertionError(f"asked {len(self.queries)} times, not {count}")


def request(query: str) -> HttpRequest:
    """A request for a job's log."""
    return HttpRequest(method="GET", path="/jobs/j1/log", query=query, headers={}, body=b"", source_ip="", at=0)


def test_it_is_answered_when_lines_have_come() -> None:
    """The function is asked with no time to wait, from the same place of the log."""
    tailed = Tailed()

    def print_line() -> None:
        tailed.lines.append("one")
        tailed.logs.tell(["s"])

    assert asyncio.run(tailed.held(1, print_line)) == [["one"]]
    assert tailed.queries == ["after=1%3Ax&wait=0"] * 3


def test_it_is_answered_when_a_log_begins() -> None:
    """The record tells of the stream; from then on its lines are listened for."""
    tailed = Tailed(stream=None)

    def begin() -> None:
        tailed.stream = "s"
        tailed.lines.append("one")
        tailed.records.tell([JOB])

    assert asyncio.run(tailed.held(1, begin)) == [["one"]]


def test_a_hundred_that_are_held_ask_nothing_until_there_are_lines() -> None:
    """Twice to begin with, once when their time is over: what they cost does not grow with it."""
    tailed = Tailed()

    asyncio.run(tailed.held(CROWD, seconds=0.05))

    assert len(tailed.queries) == 3 * CROWD


def test_one_that_does_not_wait_is_handed_on_as_it_is() -> None:
    """A log is not waited for unless that is asked."""
    tailed = Tailed()

    asyncio.run(tailed.polls.answer(request("after=1:x"), tailed))

    assert tailed.queries == ["after=1:x"]


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaneProcess]:
    """A plane that runs."""
    with started(tmp_path_factory.mktemp("plane") / "data") as process:
        yield process


@contextmanager
def submitted(plane: PlaneProcess, script: str, **settings: Any) -> Iterator[tuple[httpx.Client, str]]:
    """A caller, and the id of a job that runs a shell script."""
    body = {"jobName": "job", "command": ["sh", "-c", script], **settings}
    with caller(plane) as api:
        yield api, str(api.post("/jobs", json=body).raise_for_status().json()["jobId"])


def followed(api: httpx.Client, path: str) -> list[list[str]]:
    """The lines of each answer to the end of the log at this path; each request is held."""
    pages, query = [], {"wait": "20"}
    for _ in range(20):
        page = api.get(f"{path}/log", params=query).raise_for_status().json()
        pages.append([line["message"] for line in page["lines"]])
        if page["end"]:
            return pages
        query["after"] = page["cursor"]
    raise AssertionError(f"no end of the log after {pages}")


def test_a_log_is_followed_from_before_it_begins(plane: PlaneProcess) -> None:
    """Lines come while the job runs, the last ones with its end."""
    with submitted(plane, "echo one; sleep 1; echo two; echo three") as (api, job_id):
        pages = followed(api, f"/jobs/{job_id}")

    assert (pages[0], [line for page in pages for line in page]) == (["one"], ["one", "two", "three"])


def test_a_child_is_followed_by_its_index(plane: PlaneProcess) -> None:
    """Its record is found by Batch's id of its array."""
    with submitted(plane, "sleep 1; echo $AWS_BATCH_JOB_ARRAY_INDEX", arrayProperties={"size": 2}) as (api, job_id):
        api.get(f"/jobs/{job_id}/wait", params={"status": "SUBMITTED"})
        wait_until(lambda: api.get(f"/jobs/{job_id}/children/1").status_code == 200, "the child is known")
        pages = followed(api, f"/jobs/{job_id}/children/1")

    assert [line for page in pages for line in page] == ["1"]


def test_many_follow_one_log(plane: PlaneProcess) -> None:
    """Each is told every line."""
    with submitted(plane, "sleep 1; echo one; sleep 1; echo two") as (_, job_id), ThreadPoolExecutor(CROWD) as threads:

        def follow() -> list[str]:
            with caller(plane) as api:
                return [line for page in followed(api, f"/jobs/{job_id}") for line in page]

        following = [threads.submit(follow) for _ in range(CROWD)]
        told = [each.result(timeout=PATIENCE_SECONDS) for each in following]

    assert told == [["one", "two"]] * CROWD
