"""A stand-in for the plane, in the test's own process, and a clock that moves only when it is told to wait."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from batchplane import Client, Clock, Retry
from batchplane.cli import app
from batchplane.cli._terminal import Terminal

URL = "http://plane.test"
#: The moment at which every test begins, and the same in epoch milliseconds.
BEGINNING = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEGINNING_MS = 1_772_366_400_000

Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class FakeTime:
    """Time that passes only by sleeping."""

    passed: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        assert len(self.slept) < 1000, "a loop that should have ended"
        self.slept.append(seconds)
        self.passed += seconds

    def clock(self) -> Clock:
        """What the client is given."""
        return Clock(
            now=lambda: BEGINNING + timedelta(seconds=self.passed), monotonic=lambda: self.passed, sleep=self.sleep
        )


def job_document(job_id: str = "j1", **changes: Any) -> dict[str, Any]:
    """A job document as the plane sends one."""
    return {
        "jobId": job_id,
        "batchJobId": "b1",
        "jobName": "count",
        "owner": "ada",
        "type": "Single",
        "jobQueue": "default",
        "jobDefinition": "runner:1",
        "status": "RUNNING",
        "statusReason": None,
        "createdAt": BEGINNING_MS,
        "startedAt": None,
        "stoppedAt": None,
        "isCancelled": False,
        "isTerminated": False,
        "lost": False,
        "container": {"command": ["echo", "hi"], "environment": [], "resourceRequirements": [], "exitCode": None},
        "attempts": [],
        "history": [
            {"status": "SUBMITTED", "attempt": 1, "at": BEGINNING_MS},
            {"status": "RUNNING", "attempt": 1, "at": BEGINNING_MS + 2000},
        ],
        **changes,
    }


def finished(exit_code: int = 0, **changes: Any) -> dict[str, Any]:
    """A job document of a job that has ended."""
    status = "FAILED" if exit_code else "SUCCEEDED"
    attempt = {"container": {"exitCode": exit_code}, "statusReason": f"exit {exit_code}", "startedAt": BEGINNING_MS}
    return job_document(
        **{
            "status": status,
            "container": {"command": ["echo", "hi"], "exitCode": exit_code},
            "attempts": [attempt],
            "history": [
                {"status": "SUBMITTED", "attempt": 1, "at": BEGINNING_MS},
                {"status": "RUNNING", "attempt": 1, "at": BEGINNING_MS + 2000},
                {"status": status, "attempt": 1, "at": BEGINNING_MS + 5500},
            ],
        }
        | changes
    )


@dataclass
class StandIn:
    """Answers by method and path; each answer is given once, the last one for ever."""

    answers: dict[str, list[Any]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    #: What passes while it holds a request.
    time: FakeTime = field(default_factory=FakeTime)
    #: What lies in the IOBucket, by the path of its link.
    bucket: dict[str, bytes] = field(default_factory=dict)

    def answer(self, route: str, *answers: Any) -> None:
        """Say what a route ("GET /jobs/j1") answers: documents, responses, exceptions, one after the other."""
        self.answers[route] = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, as httpx.MockTransport asks for it."""
        self.requests.append(request)
        if request.url.host == "bucket.test":
            return self._bucket(request)
        if request.url.path.endswith("/wait"):
            return self._hold(request)
        answer = self._next(request.url.path, request.method)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(200, json=answer) if isinstance(answer, dict) else copy_of(answer)

    def _next(self, path: str, method: str) -> Any:
        answers = self.answers.get(f"{method} {path}")
        if not answers:
            return problem(404, f"There is no {path}.")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _hold(self, request: httpx.Request) -> httpx.Response:
        """Tell of the job at once where it has changed, or when the time is over; in between nothing happens."""
        asked, job = request.url.params, self._next(request.url.path.removesuffix("/wait"), "GET")
        if isinstance(job, httpx.Response):
            return copy_of(job)
        is_over = job["lost"] or job["status"] in ("SUCCEEDED", "FAILED")
        changed = is_over or job["status"] != asked["status"]
        self.time.passed += 0 if changed else float(asked["timeout"])
        return httpx.Response(200, json={"changed": changed, "job": job})

    def _bucket(self, request: httpx.Request) -> httpx.Response:
        assert "Authorization" not in request.headers
        if request.method == "PUT":
            assert request.headers["x-checksum"] == hashlib.sha256(request.read()).hexdigest()
            self.bucket[request.url.path] = request.read()
            return httpx.Response(200)
        content = self.bucket.get(request.url.path)
        return httpx.Response(403) if content is None else httpx.Response(200, content=content)

    def asked(self) -> list[str]:
        """Every request as "METHOD /path?query"."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]

    def sent(self, at: int = -1) -> Any:
        """The JSON of one request."""
        return json.loads(self.requests[at].content)


def copy_of(response: httpx.Response) -> httpx.Response:
    """A response to give again: one that was read can't be sent twice."""
    return httpx.Response(response.status_code, headers=response.headers, content=response.content)


def problem(
    status: int, detail: str, *errors: dict[str, Any], type: str = "about:blank", **headers: str
) -> httpx.Response:
    """A problem document (RFC 9457)."""
    body = {"type": type, "title": "No", "status": status, "detail": detail, "errors": list(errors)}
    return httpx.Response(status, json=body, headers={"Content-Type": "application/problem+json", **headers})


@pytest.fixture(name="plane")
def _plane(time: FakeTime) -> StandIn:
    return StandIn(time=time)


@pytest.fixture(name="time")
def _time() -> FakeTime:
    return FakeTime()


@pytest.fixture(name="client")
def _client(plane: StandIn, time: FakeTime) -> Iterator[Client]:
    with Client(
        URL, transport=httpx.MockTransport(plane), retry=Retry(random=lambda: 1.0), clock=time.clock()
    ) as client:
        yield client


@pytest.fixture(name="job_document")
def _job_document() -> Callable[..., dict[str, Any]]:
    return job_document


@pytest.fixture(name="finished")
def _finished() -> Callable[..., dict[str, Any]]:
    return finished


@pytest.fixture(name="problem")
def _problem() -> Callable[..., httpx.Response]:
    return problem


@pytest.fixture(name="run")
def _run(plane: StandIn, time: FakeTime) -> Callable[..., Result]:
    """Runs a command line against the stand-in."""

    def connect() -> Client:
        return Client(URL, transport=httpx.MockTransport(plane), retry=Retry(), clock=time.clock())

    def run(*argv: str) -> Result:
        return CliRunner().invoke(app, argv, obj=Terminal(connect=connect))

    return run
