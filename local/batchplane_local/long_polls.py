"""Requests that wait for a job to change, held outside the function: it serves one request at a time.

A request waits here until the record changes, and the function is asked with no time to wait. So it is the function
that knows who may wait for what, and those who wait cost nothing until there is something to tell.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import msgspec

from batchplane_local.http_event import HttpAnswer, HttpRequest
from batchplane_local.records.listeners import Listeners
from controlplane.job import parent_and_index
from controlplane.record import RecordKey
from controlplane.waiter import MAX_SECONDS

_PATH = re.compile(r"^/jobs/[^/]+(?:/children/[^/]+)?/wait$")

Ask = Callable[[HttpRequest], Awaitable[HttpAnswer]]


class _Job(msgspec.Struct):
    jobId: str  # noqa: N815 - the wire's own words
    batchJobId: str | None  # noqa: N815


class _Answer(msgspec.Struct):
    changed: bool
    job: _Job


class LongPolls:
    """The requests that are held."""

    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners
        self._is_closed = False

    def close(self) -> None:
        """Let go of every request that is held, and hold no other."""
        self._is_closed = True
        self._listeners.tell_all()

    async def answer(self, request: HttpRequest, ask: Ask) -> HttpAnswer:
        """The function's answer: at once, or when the record that it is about has changed or the time is over."""
        seconds = _seconds(request)
        if seconds <= 0:
            return await ask(request)
        at_once = replace(request, query=_without_time(request.query))
        answered = await ask(at_once)
        key = _waits_for(answered)
        return answered if key is None else await self._held(key, at_once, ask, seconds=seconds)

    async def _held(self, key: RecordKey, at_once: HttpRequest, ask: Ask, *, seconds: float) -> HttpAnswer:
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        until = loop.time() + seconds
        with self._listeners.listening(key, lambda: loop.call_soon_threadsafe(changed.set)):
            while True:
                changed.clear()
                answered = await ask(at_once)  # once more from the first: it may have changed before we listened
                left = until - loop.time()
                if self._is_closed or left <= 0 or _waits_for(answered) is None:
                    return answered
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), left)


def _seconds(request: HttpRequest) -> float:
    """How long a request is to be held; 0 for one that does not wait, or that the function is to refuse."""
    if request.method != "GET" or not _PATH.fullmatch(request.path):
        return 0
    given = dict(parse_qsl(request.query)).get("timeout", str(MAX_SECONDS))
    try:
        seconds = float(given)
    except ValueError:
        return 0
    return seconds if seconds <= MAX_SECONDS else 0


def _without_time(query: str) -> str:
    given = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "timeout"]
    return urlencode([*given, ("timeout", "0")])


def _waits_for(answered: HttpAnswer) -> RecordKey | None:
    """The record that is waited for; None where there is nothing to wait for."""
    if answered.status != 200:
        return None
    answer = msgspec.json.decode(answered.body, type=_Answer)
    if answer.changed:
        return None
    if ":" in answer.job.jobId:  # children are kept under Batch's id of their parent
        parent, index = parent_and_index(answer.job.batchJobId or "")
        return RecordKey(job_id=parent, index=index)
    return RecordKey(job_id=answer.job.jobId)
