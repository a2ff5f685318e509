"""A submission: a validated request, alive before AWS Batch knows the job. Does no I/O.

Here a draft whose bounds all hold gets its job id, and becomes SubmitJob's arguments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import msgspec

from controlplane.deployment import Deployment, JobDefinition
from controlplane.errors import MOST_VIOLATIONS, SubmissionInvalid
from controlplane.job import MOST_CHILDREN, JobType, batch_job_name, derive_job_id, whole_of
from controlplane.submissions.automatic_memory import with_memory
from controlplane.submissions.bounds import broken_bounds
from controlplane.submissions.indices import Indices
from controlplane.submissions.reservation import vcpus_of
from controlplane.submissions.short_forms import long_form
from controlplane.submissions.spill import spilled, without

if TYPE_CHECKING:  # the functions that only read submissions don't pay for pydantic's import
    from controlplane.submissions.draft import Draft


@dataclass(frozen=True, kw_only=True)
class Part:
    """Which children of an array that is too large for AWS Batch a part of it has."""

    #: What the first of them is counted as in the whole array.
    first: int
    #: How many children the whole array has.
    of: int


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What was asked, by whom, and what it will run as."""

    job_id: str
    owner: str
    #: ARN of the job queue.
    job_queue: str
    #: ARN of the job definition, with its revision.
    job_definition: str
    #: True where the definition carries our runner.
    runner: bool
    #: Epoch milliseconds of the acceptance.
    created_at: int
    #: What it reserves in all while it is not over: of an array, of all its children.
    vcpus: int
    #: What the caller asked for in SubmitJob's own members, without what it left out; memory in MiB where it was left
    #: automatic; and `inputs`.
    request: Mapping[str, Any]
    #: SHA-256 of what was asked: two bodies are the same when their digests are. Nothing that the plane adds is in it.
    digest: str
    #: Our id of the job that this one runs again; None for a first run.
    rerun_of: str | None = None
    #: True where an operator asked for it, who may wait for jobs that are another's or nobody's.
    by_operator: bool = False
    #: Which children of a larger array its children stand for; None where they stand for themselves.
    indices: Indices | None = None
    #: Of a part of an array; None for every other job.
    part: Part | None = None
    #: How many nodes a multi-node parallel job has; None for any other.
    num_nodes: int | None = None

    @property
    def job_name(self) -> str:
        """The caller's own name for the job."""
        return str(self.request["jobName"])

    @property
    def batch_job_name(self) -> str:
        """The name that Batch knows the job by, ending in our id."""
        return batch_job_name(self.job_name, self.job_id)

    @property
    def size(self) -> int | None:
        """How many children the array job has; None for any other."""
        size = self.request.get("arrayProperties", {}).get("size")
        return None if size is None else int(size)

    @property
    def is_split(self) -> bool:
        """True for an array that is too large for AWS Batch, which has its parts instead."""
        return (self.size or 0) > MOST_CHILDREN

    @property
    def public_id(self) -> str:
        """The id that people know the job by; of a part the whole array's."""
        return whole_of(self.job_id) or self.job_id

    @property
    def first_child(self) -> int:
        """What people know the child by that Batch counts 0."""
        return self.part.first if self.part else 0

    def original_index(self, index: int | None) -> int | None:
        """What a command knows its child by, from the index that Batch counts; a job may be one child alone."""
        if self.indices is not None:
            return self.indices[index or 0]
        return None if index is None else self.first_child + index

    @property
    def original_size(self) -> int | None:
        """How many children a command knows of, where that is not what Batch counts."""
        if self.indices is not None:
            return self.indices.of
        return self.part.of if self.part else None

    @property
    def type(self) -> JobType:
        """Array, MultiNode or Single."""
        if self.num_nodes is not None:
            return JobType.MULTI_NODE
        return JobType.SINGLE if self.size is None else JobType.ARRAY

    @property
    def inputs(self) -> Mapping[str, str]:
        """IOBucket keys by name in the job's working directory."""
        inputs: Mapping[str, str] = self.request.get("inputs", {})
        return inputs

    @property
    def spilled(self) -> Mapping[str, Any]:
        """What of the container's overrides the runner reads from the IOBucket, for Batch can't be told it."""
        return spilled(self.request) if self.runner else {}

    @property
    def depends_on(self) -> tuple[Mapping[str, Any], ...]:
        """What the job waits for, in our ids."""
        return tuple(self.request.get("dependsOn", ()))


def plan(
    draft: Draft,
    *,
    owner: str,
    idempotency_key: str,
    deployment: Deployment,
    now: int,
) -> Submission:
    """Turn a draft into a submission. Raises SubmissionInvalid with every bound that it breaks.

    Args:
        draft: The caller's document.
        owner: Who asks, from the authorizer.
        idempotency_key: The caller's key, or a random one.
        deployment: What is allowed.
        now: Epoch milliseconds.
    """
    request = draft.request
    document = long_form(request)
    job_id = derive_job_id(owner, idempotency_key)
    queue = deployment.job_queue(request.jobQueue)
    definition = deployment.job_definition(request.jobDefinition)
    broken = broken_bounds(request, document, owner=owner, job_id=job_id, deployment=deployment)
    violations = tuple(islice(chain(draft.violations, broken), MOST_VIOLATIONS))
    if violations or queue is None or definition is None:
        raise SubmissionInvalid(violations)
    return Submission(
        job_id=job_id,
        owner=owner,
        job_queue=queue.arn,
        job_definition=definition.arn,
        runner=definition.runner,
        created_at=now,
        vcpus=vcpus_of(document, definition),
        request=with_memory(document, definition=definition, deployment=deployment),
        digest=digest_of_body(document),
        num_nodes=_num_nodes(document, definition),
    )


def digest_of_body(document: Mapping[str, Any]) -> str:
    """What is kept of a body, to know it again when its Idempotency-Key comes back."""
    return hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()


def _num_nodes(document: Mapping[str, Any], definition: JobDefinition) -> int | None:
    if definition.nodes is None:
        return None
    asked: int = document.get("nodeOverrides", {}).get("numNodes", definition.nodes.num_nodes)
    return asked


def to_submit_job(
    submission: Submission,
    *,
    depends_on: Iterable[Mapping[str, str]],
    runner_environment: Mapping[str, str],
) -> dict[str, Any]:
    """SubmitJob's arguments.

    Args:
        submission: What was accepted.
        depends_on: The dependencies that still matter, in Batch's ids.
        runner_environment: What the runner needs to know; empty for a definition without it.
    """
    document = without(submission.request, submission.spilled)
    overrides = dict(document.get("containerOverrides", {}))
    if runner_environment:
        ours = [{"name": name, "value": value} for name, value in runner_environment.items()]
        overrides["environment"] = [*overrides.get("environment", ()), *ours]
    document |= {
        "jobName": submission.batch_job_name,
        "jobQueue": submission.job_queue,
        "jobDefinition": submission.job_definition,
        "containerOverrides": overrides,
        "dependsOn": list(depends_on),
    }
    return {name: value for name, value in document.items() if value not in ({}, [])}
