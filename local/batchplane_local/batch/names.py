"""How things are named: ARNs, job ids, task ids, log streams. Does no I/O.

Ids: https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html (a child is `parent:index`);
https://docs.aws.amazon.com/batch/latest/userguide/multi-node-parallel-jobs.html (a node is `job#index`).
Log streams: https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

_JOB_ID = re.compile(r"^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:([:#])([0-9]{1,5}))?$")
_TASK_ID = re.compile(r"^[0-9a-f]{32}$")
_BEGINNING = re.compile(r"[0-9a-f]{0,32}")
#: Where the attempt's number lies in a task id: attempts run to 10, a byte is room enough.
_ATTEMPT_BITS = 8
#: Above the key of every job.
HIGHEST_KEY = 1 << 55
#: Of a task id.
_ALL_BITS = (1 << 128) - 1
#: The last group of a UUID.
_NODE = (1 << 48) - 1


@dataclass(frozen=True, kw_only=True)
class Place:
    """The region and account that stand in every ARN of one embedded Batch."""

    region: str
    account: str

    def batch(self, kind: str, name: str) -> str:
        """The ARN of a Batch resource: `job`, `job-queue`, `job-definition`, `compute-environment`."""
        return f"arn:aws:batch:{self.region}:{self.account}:{kind}/{name}"

    def logs(self, group: str) -> str:
        """The ARN of a log group."""
        return f"arn:aws:logs:{self.region}:{self.account}:log-group:{group}"

    def ecs(self, kind: str, name: str) -> str:
        """The ARN of an ECS resource: `task`, `container-instance`."""
        return f"arn:aws:ecs:{self.region}:{self.account}:{kind}/{name}"


def name_in(name_or_arn: str) -> str:
    """The name of a resource that is given by its name or by its ARN."""
    return name_or_arn.rpartition("/")[2]


def job_id_at(job_id: str, position: int, *, mark: str = ":") -> str:
    """The id of the job at a position of a submission: 0 is the job itself, 1 + index a child, or a node (mark #)."""
    return f"{job_id}{mark}{position - 1}" if position else job_id


class JobId(NamedTuple):
    """A job's id, taken apart."""

    submission: str
    #: 0 for the job itself, 1 + index for an array's child or a node.
    position: int
    #: True for `job#index`.
    is_node: bool


def split_job_id(job_id: str) -> JobId | None:
    """The submission's id and the position in it; None for what is no job id."""
    match = _JOB_ID.match(job_id)
    if match is None:
        return None
    return JobId(match[1], int(match[3]) + 1 if match[3] else 0, match[2] == "#")


def node_address(key: int) -> str:
    """The loopback address of the node in this row, 127.x.y.z; no two of 16 million rows in sequence share one.

    Linux answers at every address of 127.0.0.0/8. Those that begin with 127.0 or end in 0 or 255 are left to others.
    """
    rest, last = divmod(key, 254)
    second, third = divmod(rest % (255 * 256), 256)
    return f"127.{1 + second}.{third}.{1 + last}"


@dataclass(frozen=True, kw_only=True)
class TaskIds:
    """Ids of attempts, 32 hexadecimal digits as ECS has them, from which job and attempt can be read back.

    The pad is random and belongs to one data folder, so that no two folders ever share an id. Ids are in the order of
    their jobs, unless the pad is one of the last 2^64 of all 2^128.
    """

    pad: int

    @property
    def folder(self) -> str:
        """The id of the data folder itself."""
        return f"{self.pad:032x}"

    def of(self, key: int, attempt: int) -> str:
        """The task id of an attempt (counted from 1) of the job with this key."""
        return f"{(self.pad + (key << _ATTEMPT_BITS | attempt)) & _ALL_BITS:032x}"

    def event(self, sequence: int) -> str:
        """The id of an event, a random UUID as EventBridge has them, for the number of what it tells of."""
        return f"{self._event_prefix}{(self.pad ^ sequence) & _NODE:012x}"

    @cached_property
    def _event_prefix(self) -> str:
        """What all events' ids begin with: only the last group of a UUID has room for the number."""
        return str(UUID(int=self.pad, version=4))[:-12]

    def read(self, task_id: str) -> tuple[int, int] | None:
        """The job's key and the attempt's number; None for an id of nobody's or of another folder."""
        if not _TASK_ID.match(task_id):
            return None
        plain = (int(task_id, 16) - self.pad) & _ALL_BITS
        return None if plain >> 64 else (plain >> _ATTEMPT_BITS, plain & (1 << _ATTEMPT_BITS) - 1)

    def keys(self, beginning: str) -> range:
        """The keys of the jobs that may have task ids which begin like this."""
        if not _BEGINNING.fullmatch(beginning):
            return range(0)
        first, last = (int(beginning.ljust(32, digit), 16) - self.pad for digit in "0f")
        return range(max(0, first >> _ATTEMPT_BITS), max(0, min(last >> _ATTEMPT_BITS, HIGHEST_KEY) + 1))
