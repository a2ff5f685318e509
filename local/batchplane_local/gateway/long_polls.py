"""Requests that wait for a job or for its log, held outside the function: it serves one request at a time.

A request waits here until the record changes or lines come, and the function is asked with no time to wait. So it is
the function that knows who may wait for what, and those who wait cost nothing until there is something to tell.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import msgspec

from batchplane_local.batch.listeners import Listeners
from batchplane_local.gateway.http_event import HttpAnswer, HttpRequest
from controlplane.job import parent_and_index
from controlplane.records.record import RecordKey
from controlplane.viewing.waiter import MAX_SECONDS

Ask = Callable[[HttpRequest], Awaitable[HttpAnswer]]
#: Hears of a log stream while the block runs.
ListenToLog = Callable[[str, Callable[[], object]], AbstractContextManager[None]]


class _Job(msgspec.Struct):
    jobId: str  # noqa: N815 - the wire's own words
    batchJobId: str | None  # noqa: N815


class _Waited(msgspec.Struct):
    changed: bool
    job: _Job


class _Tailed(_Job):
    lines: list[Any]
    end: bool
    logStreamName: str | None = None  # noqa: N815


@dataclass(frozen=True, kw_only=True)
class _Awaited:
    """What must change before the function has another answer."""

    record: RecordKey
    log_stream_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """A kind of request that waits."""

    path: re.Pattern[str]
    #: The parameter that says how long, in seconds, and what it is where it is left out.
    parameter: str
    default: float
    awaited: Callable[[bytes], _Awaited | None]

    def seconds(self, request: HttpRequest) -> float:
        """How long a request is to be held; 0 for one that does not wait, or that the function is to refuse."""
        pairs = parse_qsl(request.query, keep_blank_values=True)
        given = [value for name, value in pairs if name == self.parameter]
        try:
            (seconds,) = map(float, given or [str(self.default)])
        except ValueError:  # no number, or more than one
            return 0
        return seconds if seconds <= MAX_SECONDS else 0

    def at_once(self, request: HttpRequest) -> HttpRequest:
        """The same request without its time."""
        pairs = parse_qsl(request.query, keep_blank_values=True)
        kept = [(name, value) for name, value in pairs if name != self.parameter]
        return replace(request, query=urlencode([*kept, (self.parameter, "0")]))

    def waits_for(self, answered: HttpAnswer) -> _Awaited | None:
        """What is waited for; None where there is nothing to wait for."""
        return self.awaited(answered.body) if answered.status == 200 else None


def _of_wait(body: bytes) -> _Awaited | None:
    answer = msgspec.json.decode(body, type=_Waited)
    return None if answer.changed else _Awaited(record=_key(answer.job))


def _of_log(body: bytes) -> _Awaited | None:
    answer = msgspec.json.decode(body, type=_Tailed)
    if answer.lines or answer.end:
        return None
    return _Awaited(record=_key(answer), log_stream_name=answer.logStreamName)


def _key(job: _Job) -> RecordKey:
    if parent_and_index(job.jobId)[1] is None:
        return RecordKey(job_id=job.jobId)
    parent, index = parent_and_index(job.batchJobId or "")  # children and nodes are kept under Batch's id of their job
    return RecordKey(job_id=parent, index=index)


_JOB_OR_CHILD = "^/jobs/[^/]+(?:/(?:children|nodes)/[^/]+)?"
_KINDS = (
    _Kind(path=re.compile(f"{_JOB_OR_CHILD}/wait$"), parameter="timeout", default=MAX_SECONDS, awaited=_of_wait),
    _Kind(path=re.compile(f"{_JOB_OR_CHILD}/log$"), parameter="wait", default=0, awaited=_of_log),
)


def _kind_of(request: HttpRequest) -> _Kind | None:
    path = unquote(request.path)
    return next((each for each in _KINDS if each.path.fullmatch(path)), None)


class LongPolls:
    """The requests that are held."""

    def __init__(self, listeners: Listeners[RecordKey], listen_to_log: ListenToLog) -> None:
        self._listeners = listeners
        self._listen_to_log = listen_to_log
        self._is_closed = False

    def close(self) -> None:
        """Let go of every request that is held, and hold no other."""
        self._is_closed = True
        self._listeners.tell_all()

    async def answer(self, request: HttpRequest, ask: Ask) -> HttpAnswer:
        """The function's answer: at once, or when what it is about has changed or the time is over."""
        kind = _kind_of(request) if request.method == "GET" else None
        seconds = kind.seconds(request) if kind else 0
        if kind is None or not seconds > 0:
            return await ask(request)
        at_once = kind.at_once(request)
        until = asyncio.get_running_loop().time() + seconds
        answered = await ask(at_once)
        while (awaited := kind.waits_for(answered)) is not None:
            answered = await self._held(awaited, kind, lambda: ask(at_once), until=until)
            if self._is_closed or asyncio.get_running_loop().time() >= until:
                break
        return answered

    async def _held(
        self, awaited: _Awaited, kind: _Kind, ask: Callable[[], Awaitable[HttpAnswer]], *, until: float
    ) -> HttpAnswer:
        """The first answer that waits for nothing, or for something else; the last one where the time is over."""
        loop = asyncio.get_running_loop()
        with self._listening(awaited) as changed:
            while True:
                changed.clear()
                answered = await ask()  # once more from the first: it may have changed before we listened
                left = until - loop.time()
                if self._is_closed or left <= 0 or kind.waits_for(answered) != awaited:
                    return answered
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), left)

    @contextmanager
    def _listening(self, awaited: _Awaited) -> Iterator[asyncio.Event]:
        """What is set with news, while the block runs."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def hear() -> None:
            with suppress(RuntimeError):  # the plane ends, and its loop is closed: nobody waits any more
                loop.call_soon_threadsafe(changed.set)

        stream = awaited.log_stream_name
        with (
            self._listeners.listening(awaited.record, hear),
            self._listen_to_log(stream, hear) if stream else nullcontext(),
        ):
            yield changed
