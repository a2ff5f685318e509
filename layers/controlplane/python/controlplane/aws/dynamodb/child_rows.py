"""What was told of the children of one block in one delivery, packed in few bytes, and read back. Does no I/O.

A row carries all that a record takes of a change, and no more. Times are counted from the earliest one; what children
of an array have in common stands once; the 32 hexadecimal digits that end a log stream are 16 bytes; all is compressed.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

import msgspec

from controlplane.aws.dynamodb.child_states import CHILDREN_A_BLOCK, state_of
from controlplane.batch.job_detail import Attempt, Container, JobDetail
from controlplane.batch.state_change import StateChange
from controlplane.job import Status, child_id, node_id

#: Most bytes of a segment: 25 of them fit into one BatchWriteItem (16 MB), and each into an item (400 KB).
SEGMENT_LIMIT = 100_000
#: Bytes of a segment's name: two different ones meet as good as never.
_NAME_BYTES = 12
#: A log stream as ECS names it: what comes before the task's id, and the id.
_TASK_ID = re.compile(r"(.*/)([0-9a-f]{32})", re.DOTALL)
_LogStream = str | tuple[str, bytes] | None


class _Container(msgspec.Struct, array_like=True):
    exit_code: int | None
    reason: str | None
    log_stream_name: _LogStream
    name: str | None


class _Attempt(msgspec.Struct, array_like=True):
    container: _Container
    started_at: int | None
    stopped_at: int | None
    status_reason: str | None
    pod_name: str | None


class _Shared(msgspec.Struct, array_like=True, frozen=True):
    """What the children of an array have in common."""

    job_name: str
    job_queue: str
    job_definition: str
    created_at: int
    #: Nodes of a multi-node parallel job.
    are_nodes: bool


class _Row(msgspec.Struct, array_like=True):
    place: int
    status: Status
    at: int
    #: Which of the segment's.
    shared: int
    started_at: int | None
    stopped_at: int | None
    status_reason: str | None
    #: None where it is the last attempt's, as it is once a job has ended.
    container: _Container | None
    attempts: list[_Attempt]
    is_cancelled: bool
    is_terminated: bool
    unknown_status: str | None


class Told(NamedTuple):
    """What was told of one child."""

    change: StateChange
    #: Batch's own answer, after two ends disagreed.
    is_answer: bool


class _Segment(msgspec.Struct, array_like=True):
    #: Epoch milliseconds; the times of the rows are counted from here.
    since: int
    is_answer: bool
    shared: list[_Shared]
    rows: list[_Row]


def segments(told: Iterable[tuple[int, StateChange]], *, is_answer: bool = False) -> Iterator[tuple[str, bytes]]:
    """Changes of children by their places in a block, packed: the name of each segment, and its bytes.

    A transition that is told twice is packed once. The names come from the content: the same changes, in whatever
    order, make the same segments, so that a delivery that is repeated writes what it has written.
    """
    once: dict[tuple[int, int], StateChange] = {}
    for place, change in told:
        there = once.setdefault((place, state_of(change)), change)
        if change.at < there.at:
            once[place, state_of(change)] = change
    yield from _fitting([(place, once[place, state]) for place, state in sorted(once)], is_answer)


def unpacked(segment: bytes, *, batch_job_id: str, block: int, places: Set[int]) -> Iterator[tuple[int, Told]]:
    """What a segment of one block of an array tells of the children at these places, each with its place."""
    read = _SEGMENT.decode(zlib.decompress(segment))
    for row in read.rows:
        if row.place in places:
            shared = read.shared[row.shared]
            job_id = (node_id if shared.are_nodes else child_id)(batch_job_id, block * CHILDREN_A_BLOCK + row.place)
            yield row.place, Told(_change(row, read.since, shared, job_id), read.is_answer)


def _fitting(told: Sequence[tuple[int, StateChange]], is_answer: bool) -> Iterator[tuple[str, bytes]]:
    """One segment, or as many as it takes for each to fit; a single row is not divided."""
    if not told:
        return
    plain = msgspec.msgpack.encode(_segment(told, is_answer))
    packed = zlib.compress(plain, 9)
    if len(packed) > SEGMENT_LIMIT and len(told) > 1:
        yield from _fitting(told[: len(told) // 2], is_answer)
        yield from _fitting(told[len(told) // 2 :], is_answer)
    else:
        # Over what was compressed, for another zlib may compress it otherwise.
        name = base64.urlsafe_b64encode(hashlib.sha256(plain).digest()[:_NAME_BYTES])
        yield name.decode(), packed


def _segment(told: Sequence[tuple[int, StateChange]], is_answer: bool) -> _Segment:
    since = min(change.at for _, change in told)
    shared: dict[_Shared, int] = {}
    rows = []
    for place, change in told:
        detail = change.detail
        common = _Shared(detail.job_name, detail.job_queue, detail.job_definition, detail.created_at, change.is_node)
        rows.append(_row(place, change, since, shared.setdefault(common, len(shared))))
    return _Segment(since, is_answer, list(shared), rows)


def _row(place: int, change: StateChange, since: int, shared: int) -> _Row:
    detail = change.detail
    return _Row(
        place,
        detail.status,
        change.at - since,
        shared,
        _from(since, detail.started_at),
        _from(since, detail.stopped_at),
        detail.status_reason,
        None if detail.container == _last(detail.attempts) else _packed(detail.container),
        [
            _Attempt(
                _packed(attempt.container),
                _from(since, attempt.started_at),
                _from(since, attempt.stopped_at),
                attempt.status_reason,
                attempt.pod_name,
            )
            for attempt in detail.attempts
        ],
        detail.is_cancelled,
        detail.is_terminated,
        change.unknown_status,
    )


def _change(row: _Row, since: int, shared: _Shared, job_id: str) -> StateChange:
    attempts = tuple(
        Attempt(
            container=_container(attempt.container),
            started_at=_at(since, attempt.started_at),
            stopped_at=_at(since, attempt.stopped_at),
            status_reason=attempt.status_reason,
            pod_name=attempt.pod_name,
        )
        for attempt in row.attempts
    )
    detail = JobDetail(
        job_id=job_id,
        status=row.status,
        job_name=shared.job_name,
        job_queue=shared.job_queue,
        job_definition=shared.job_definition,
        created_at=shared.created_at,
        status_reason=row.status_reason,
        started_at=_at(since, row.started_at),
        stopped_at=_at(since, row.stopped_at),
        attempts=attempts,
        container=_container(row.container) if row.container else _last(attempts),
        is_cancelled=row.is_cancelled,
        is_terminated=row.is_terminated,
    )
    return StateChange(detail=detail, at=since + row.at, unknown_status=row.unknown_status)


def _packed(container: Container) -> _Container:
    stream = container.log_stream_name
    named = _TASK_ID.fullmatch(stream) if stream else None
    packed = (named[1], bytes.fromhex(named[2])) if named else stream
    return _Container(container.exit_code, container.reason, packed, container.name)


def _container(packed: _Container) -> Container:
    stream = packed.log_stream_name
    text = stream[0] + stream[1].hex() if isinstance(stream, tuple) else stream
    return Container(exit_code=packed.exit_code, reason=packed.reason, log_stream_name=text, name=packed.name)


def _last(attempts: Sequence[Attempt]) -> Container:
    return attempts[-1].container if attempts else Container()


def _from(since: int, time: int | None) -> int | None:
    return None if time is None else time - since


def _at(since: int, time: int | None) -> int | None:
    return None if time is None else since + time


_SEGMENT = msgspec.msgpack.Decoder(_Segment)
