"""A submission: a validated request, alive before AWS Batch knows the job. Does no I/O.

Here a request is checked against the deployment and against Batch's two size limits, gets its job id, and becomes
SubmitJob's arguments. The port for handing its id on stands here too, because this stage needs it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from controlplane.deployment import Deployment, JobDefinition
from controlplane.errors import EventMalformed, SubmissionInvalid, Violation
from controlplane.io_bucket import is_upload_of, name_violation
from controlplane.job import JobType, batch_job_name, derive_job_id

if TYPE_CHECKING:  # the functions that only read submissions don't pay for pydantic's import
    from controlplane.submit_job_request import SubmitJobRequest

#: AWS Batch refuses a longer request at once (bytes of JSON).
MAX_REQUEST_BYTES = 30 * 1024
#: ECS refuses longer overrides after Batch has accepted the job, and the job fails (characters of JSON).
MAX_OVERRIDES_CHARACTERS = 8192
#: Room kept in both for what the plane adds: ARNs, our id, Batch's ids, three variables of the runner (characters).
PLANE_ROOM = 1024
#: DynamoDB's bound on an item is 400 KB; this is what a document may take of it, with its inputs (bytes of JSON).
MAX_DOCUMENT_BYTES = 300 * 1024


class Submissions(Protocol):
    """The port that hands accepted submissions to `submit_job`: an SQS queue, or a table."""

    def send(self, job_id: str) -> None:
        """Hand one on, durably: when this returns it will be delivered at least once."""
        ...


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
    #: The caller's document as it came, without what it left out.
    request: Mapping[str, Any]
    #: SHA-256 of the caller's document before defaults: two bodies are the same when their digests are.
    digest: str

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
    def type(self) -> JobType:
        """Array or Single."""
        return JobType.SINGLE if self.size is None else JobType.ARRAY

    @property
    def inputs(self) -> Mapping[str, str]:
        """IOBucket keys by name in the job's working directory."""
        inputs: Mapping[str, str] = self.request.get("inputs", {})
        return inputs

    @property
    def depends_on(self) -> tuple[Mapping[str, Any], ...]:
        """What the job waits for, in our ids."""
        return tuple(self.request.get("dependsOn", ()))


def plan(
    request: SubmitJobRequest,
    *,
    owner: str,
    idempotency_key: str,
    deployment: Deployment,
    now: int,
) -> Submission:
    """Turn a request into a submission. Raises SubmissionInvalid with every bound that it breaks.

    Args:
        request: The caller's document, each member within its own bounds.
        owner: Who asks, from the authorizer.
        idempotency_key: The caller's key, or a random one.
        deployment: What is allowed.
        now: Epoch milliseconds.
    """
    document = request.model_dump(exclude_none=True)
    queue = deployment.job_queue(request.jobQueue)
    definition = deployment.job_definition(request.jobDefinition)
    violations = [
        *_allowed(request, deployment),
        *_dependencies(request, job_id=derive_job_id(owner, idempotency_key)),
        *_retries(request),
        *_resources(request, deployment),
        *_inputs(document.get("inputs", {}), owner=owner, definition=definition),
        *_sizes(document),
    ]
    if violations or queue is None or definition is None:
        raise SubmissionInvalid(tuple(violations))
    return Submission(
        job_id=derive_job_id(owner, idempotency_key),
        owner=owner,
        job_queue=queue.arn,
        job_definition=definition.arn,
        runner=definition.runner,
        created_at=now,
        request=document,
        digest=hashlib.sha256(_json(document).encode()).hexdigest(),
    )


def to_message(job_id: str) -> str:
    """The body of the message that hands a submission on."""
    return json.dumps({"jobId": job_id})


def read_message(body: str) -> str:
    """The job id in such a message. Raises EventMalformed."""
    try:
        return str(json.loads(body)["jobId"])
    except (ValueError, KeyError, TypeError) as error:
        raise EventMalformed(f"not a submission's message: {error!r}") from error


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
    document = {name: value for name, value in submission.request.items() if name != "inputs"}
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


def _allowed(request: SubmitJobRequest, deployment: Deployment) -> Iterable[Violation]:
    if deployment.job_queue(request.jobQueue) is None:
        names = ", ".join(each.name for each in deployment.job_queues)
        yield Violation(field="jobQueue", bound=f"one that this deployment allows ({names})", value=request.jobQueue)
    if deployment.job_definition(request.jobDefinition) is None:
        names = ", ".join(each.title for each in deployment.job_definitions)
        bound = f"one that this deployment allows ({names})"
        yield Violation(field="jobDefinition", bound=bound, value=request.jobDefinition)


def _dependencies(request: SubmitJobRequest, *, job_id: str) -> Iterable[Violation]:
    for place, dependency in enumerate(request.dependsOn or ()):
        field = f"dependsOn.{place}"
        if (dependency.type == "SEQUENTIAL") == (dependency.jobId is not None):
            bound = "given, except with type SEQUENTIAL, which takes none"
            yield Violation(field=f"{field}.jobId", bound=bound, value=dependency.jobId)
        if dependency.jobId == job_id:
            yield Violation(field=f"{field}.jobId", bound="another job's, not this one's own", value=job_id)
        if dependency.type and request.arrayProperties is None:
            yield Violation(field=f"{field}.type", bound="left out: only an array job has it", value=dependency.type)


def _resources(request: SubmitJobRequest, deployment: Deployment) -> Iterable[Violation]:
    """What no machine of the deployment could ever give: such a job would wait for ever, and hold up its queue."""
    overrides = request.containerOverrides
    for place, asked in enumerate((overrides and overrides.resourceRequirements) or ()):
        most = deployment.largest.get(asked.type)
        if most is not None and int(asked.value) > most:
            field = f"containerOverrides.resourceRequirements.{place}.value"
            bound = f"at most {most}, which is all the {asked.type} that there is"
            yield Violation(field=field, bound=bound, value=asked.value)


def _retries(request: SubmitJobRequest) -> Iterable[Violation]:
    strategy = request.retryStrategy
    if strategy is None:
        return
    if strategy.evaluateOnExit and strategy.attempts is None:
        yield Violation(field="retryStrategy.attempts", bound="given where evaluateOnExit is", value=None)
    for place, rule in enumerate(strategy.evaluateOnExit or ()):
        if not (rule.onStatusReason or rule.onReason or rule.onExitCode):
            bound = "given at least one of onStatusReason, onReason, onExitCode"
            yield Violation(field=f"retryStrategy.evaluateOnExit.{place}", bound=bound, value=rule.action)


def _inputs(inputs: Mapping[str, str], *, owner: str, definition: JobDefinition | None) -> Iterable[Violation]:
    if inputs and definition and not definition.runner:
        bound = f"left out: job definition {definition.name} doesn't carry the runner that fetches them"
        yield Violation(field="inputs", bound=bound, value=sorted(inputs))
    for name, key in inputs.items():
        violation = name_violation("inputs", name)
        if violation:
            yield violation
        if not is_upload_of(owner, key):
            yield Violation(field=f"inputs.{name}", bound="a key that POST /uploads gave you", value=key)
        if name.partition("/")[0] == "outputs" or any(other.startswith(f"{name}/") for other in inputs):
            bound = "a file's name, and neither outputs nor the folder of another input"
            yield Violation(field="inputs", bound=bound, value=name)


def _sizes(document: Mapping[str, Any]) -> Iterable[Violation]:
    taken = len(json.dumps(document).encode())
    if taken > MAX_DOCUMENT_BYTES:
        yield Violation(field="body", bound=f"a document of at most {MAX_DOCUMENT_BYTES} bytes", value=taken)
    room = MAX_REQUEST_BYTES - PLANE_ROOM
    # Measured as botocore writes it, blanks and all.
    taken = len(json.dumps({name: value for name, value in document.items() if name != "inputs"}).encode())
    if taken > room:
        yield Violation(field="body", bound=f"a document of at most {room} bytes", value=taken)
    room = MAX_OVERRIDES_CHARACTERS - PLANE_ROOM
    taken = len(json.dumps(document.get("containerOverrides", {})))
    if taken > room:
        yield Violation(field="containerOverrides", bound=f"at most {room} characters of JSON", value=taken)


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
