"""The transitions that nobody has been told of yet, packed for a commit and unpacked for delivery. Does no I/O.

All transitions of a commit are one value of a few dozen bytes each: rows of their own would cost more than the rest of
the commit. Transitions are numbered from 1 in the order in which they happened.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from batchplane_local.batch.jobs.blockage import Blockage
from batchplane_local.batch.jobs.changes import Event
from batchplane_local.batch.jobs.status import Status

#: Event, member by member.
_EVENT = struct.Struct("<QQQBBq")
#: What a status's byte means.
_TOLD: Mapping[int, Status | Blockage] = {int(told): told for told in (*Status, *Blockage)}


class Transition(NamedTuple):
    """One job got one status, or blocks its queue."""

    sequence: int
    #: The job's row.
    job: int
    #: What it got, or why it blocks its queue.
    status: Status | Blockage
    #: Attempts that had ended.
    attempts: int
    #: Epoch milliseconds.
    at: int


def packed(events: Sequence[Event]) -> bytes:
    """The transitions of one commit."""
    return b"".join([_EVENT.pack(*event) for event in events])


def number_of(events: Sequence[Event]) -> int:
    """How many transitions there are in events, each of which tells of a range of jobs."""
    return sum([last - first + 1 for first, last, *_ in events])


def unpacked(content: bytes, *, first: int, after: int) -> Iterator[Transition]:
    """The transitions of one commit, of which the first has the number `first`, from the number `after` + 1 on."""
    sequence = first
    for first_job, last_job, _, status, attempts, at in _EVENT.iter_unpack(content):
        skipped = max(0, after + 1 - sequence)
        for job in range(first_job + skipped, last_job + 1):
            yield Transition(sequence + job - first_job, job, _TOLD[status], attempts, at)
        sequence += last_job - first_job + 1
