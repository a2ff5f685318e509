"""Job queues as the plane tells of them, and a job's place in line. Asks for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from batchplane._clock import from_milliseconds
from batchplane._errors import AnswerMalformed


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a job stands in its queue's line."""

    job_id: str
    #: Counted from 1; None where it does not stand among the jobs that AWS Batch shows.
    position: int | None
    #: Since when it stands there, in UTC.
    since: datetime | None
    #: The same in words, of a job that was asked about.
    detail: str | None = None

    @classmethod
    def from_wire(cls, place: Mapping[str, Any]) -> Place:
        """Read the answer of `place`, or a member of a queue's `line`. Raises AnswerMalformed."""
        try:
            return cls(
                job_id=str(place["jobId"]),
                position=None if place["position"] is None else int(place["position"]),
                since=from_milliseconds(place["since"]),
                detail=place.get("detail"),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise AnswerMalformed from error


@dataclass(frozen=True, kw_only=True)
class JobQueue:
    """A job queue, in DescribeJobQueues' words.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_JobQueueDetail.html
    """

    #: What submissions call it.
    name: str
    #: ENABLED or DISABLED, and VALID unless it can't run jobs; None where AWS Batch does not know it.
    state: str | None
    status: str | None
    status_reason: str | None
    #: The queue of the higher one is served first.
    priority: int | None
    #: Where its jobs run, in the order of preference.
    compute_environments: tuple[str, ...]
    #: Whether a scheduling policy shares it.
    fair_share: bool
    #: How many jobs that have not ended are in each status, an array as one.
    jobs: Mapping[str, int]
    #: What its jobs use, by unit ("VCPU"); empty unless the queue was asked for by its name. So are the others.
    capacity_usage: Mapping[str, float]
    #: How many RUNNABLE jobs stand in line, of all owners, and whether there may be more of them.
    in_line: int | None
    more_in_line: bool
    #: Those of them that the caller may read.
    line: tuple[Place, ...]
    #: As the plane sent it.
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_wire(cls, queue: Mapping[str, Any]) -> JobQueue:
        """Read a queue, with its line or without. Raises AnswerMalformed."""
        try:
            return cls(
                name=str(queue["name"]),
                state=queue["state"],
                status=queue["status"],
                status_reason=queue["statusReason"],
                priority=queue["priority"],
                compute_environments=tuple(map(str, queue["computeEnvironments"])),
                fair_share=bool(queue["fairShare"]),
                jobs={str(status): int(count) for status, count in queue["jobs"].items()},
                capacity_usage={str(unit): float(used) for unit, used in queue.get("capacityUsage", {}).items()},
                in_line=queue.get("inLine"),
                more_in_line=bool(queue.get("moreInLine")),
                line=tuple(map(Place.from_wire, queue.get("line", ()))),
                document=queue,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise AnswerMalformed from error
