"""The words every stage shares: statuses and their order, job ids and names. Does no I/O.

Statuses: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html
"""

from __future__ import annotations

import base64
import hashlib
import re
from enum import StrEnum


class Status(StrEnum):
    """The seven statuses of an AWS Batch job, and no other."""

    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    RUNNABLE = "RUNNABLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"

    #: Place in the order that one attempt runs through: SUBMITTED 0 to RUNNING 4, SUCCEEDED 5, FAILED 6.
    rank: int
    #: True for SUCCEEDED and FAILED, which are never left.
    is_terminal: bool

    def __init__(self, word: str) -> None:
        # Found out once, for every event asks for them several times.
        self.rank = len(type(self).__members__)
        self.is_terminal = word in ("SUCCEEDED", "FAILED")


class JobType(StrEnum):
    """What kind of job a record is of."""

    SINGLE = "Single"
    ARRAY = "Array"
    ARRAY_CHILD = "ArrayChild"
    MULTI_NODE = "MultiNode"
    NODE = "Node"


#: Our own job id, wherever it stands.
JOB_ID = re.compile(r"^j[0-9a-z]{25}$")
#: AWS Batch's own id of a job that is no child and no node: a UUID.
BATCH_JOB_ID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
#: AWS Batch's bound on jobName.
JOB_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$")
#: The id of a part of an array, which only the plane knows: the array's own, and the part's number.
_PART_ID = re.compile(r"^(j[0-9a-z]{25})_[0-9]{2}$")
#: Our job id, or a part's, where it ends Batch's jobName.
_NAMED = re.compile(r"-(j[0-9a-z]{25}(?:_[0-9]{2})?)$")
#: AWS Batch's bound on the size of an array job.
MOST_CHILDREN = 10_000
#: Most parts that a larger array is split in: whoever depends on it depends on each, and Batch takes 20 dependencies.
MOST_PARTS = 20
#: Our bound on the size of an array job.
LARGEST_ARRAY = MOST_PARTS * MOST_CHILDREN
#: Memory that the plane is to choose, as a short form says it, and as the long form keeps it until then.
AUTOMATIC = "automatic"
#: AWS Batch's bound on the nodes of a multi-node parallel job.
MOST_NODES = 1000
#: The owner of jobs that nobody submitted through the plane; no authorizer ever names it.
NOBODY = "-"


def derive_job_id(owner: str, idempotency_key: str) -> str:
    """The job id that belongs to this owner and key, the same whenever it is asked for.

    125 bits of SHA-256 over both, so that two owners with one key never meet.
    """
    digest = hashlib.sha256(f"{owner}\0{idempotency_key}".encode()).digest()
    return "j" + base64.b32hexencode(digest[:16]).decode().lower()[:25]


def batch_job_name(job_name: str, job_id: str) -> str:
    """Batch's jobName for a job of ours: the caller's name, cut to fit, a hyphen, our id."""
    return f"{job_name[: 128 - 1 - len(job_id)]}-{job_id}"


def job_id_in(name: str) -> str | None:
    """Our job id at the end of Batch's jobName; None for a job that is not named by us."""
    match = _NAMED.search(name)
    return match.group(1) if match else None


def part_id(job_id: str, number: int) -> str:
    """The id of a part of an array, counted from 0."""
    return f"{job_id}_{number:02}"


def whole_of(job_id: str) -> str | None:
    """The id of the array that a job is a part of; None for every other job."""
    match = _PART_ID.fullmatch(job_id)
    return match.group(1) if match else None


class NodeIndex(int):
    """The index of a node of a multi-node parallel job, where that of an array's child may stand too."""


def parent_and_index(batch_job_id: str) -> tuple[str, int | None]:
    """Split Batch's id of an array's child, `parent:index`, or of a node, `job#index`; None for every other job."""
    parent, mark, index = batch_job_id.partition("#" if is_node(batch_job_id) else ":")
    return (parent, int(index)) if mark and index.isdecimal() else (batch_job_id, None)


def is_node(batch_job_id: str) -> bool:
    """Whether Batch's id is of a node of a multi-node parallel job, which is no job of its own."""
    return "#" in batch_job_id


def child_id(batch_job_id: str, index: int) -> str:
    """Batch's id of an array's child."""
    return f"{batch_job_id}:{index}"


def node_id(batch_job_id: str, index: int) -> str:
    """Batch's id of a node of a multi-node parallel job."""
    return f"{batch_job_id}#{index}"
