"""Every bound of a submission as a whole: against the deployment, of members against each other, and of size.

Members by themselves are the request's business. Does no I/O; says what is wrong and raises nothing.
https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from controlplane.deployment import Deployment, JobDefinition
from controlplane.errors import Violation
from controlplane.io_bucket import is_upload_of, name_violation
from controlplane.job import MOST_CHILDREN
from controlplane.submissions.environment_names import RESERVED, is_guarded, is_reserved
from controlplane.submissions.node_bounds import node_violations
from controlplane.submissions.short_forms import amounts, conflicts, variables
from controlplane.submissions.spill import size_violations

if TYPE_CHECKING:
    from controlplane.submissions.submit_job_request import RetryStrategy, SubmitJobRequest


def broken_bounds(
    request: SubmitJobRequest, document: Mapping[str, Any], *, owner: str, job_id: str, deployment: Deployment
) -> Iterable[Violation]:
    """Every bound that a request breaks as a whole.

    Args:
        request: What was asked, each member within its own bounds.
        document: The same, as it is kept and submitted.
        owner: Who asks, from the authorizer.
        job_id: What the job's id would be.
        deployment: What is allowed.
    """
    yield from _allowed(request, deployment)
    yield from _share(request, deployment)
    yield from _dependencies(request, job_id=job_id)
    yield from retry_violations(request.retryStrategy)
    yield from conflicts(request)
    yield from _resources(request, deployment)
    yield from _environment(request, deployment)
    definition = deployment.job_definition(request.jobDefinition)
    if definition is not None:
        yield from node_violations(request, definition, deployment)
        yield from _large_array(request, definition)
    yield from _inputs(request.inputs or {}, owner=owner, definition=definition)
    yield from size_violations(document, definition)


def _allowed(request: SubmitJobRequest, deployment: Deployment) -> Iterable[Violation]:
    if deployment.job_queue(request.jobQueue) is None:
        names = ", ".join(each.name for each in deployment.job_queues)
        yield Violation(field="jobQueue", bound=f"one that this deployment allows ({names})", value=request.jobQueue)
    if deployment.job_definition(request.jobDefinition) is None:
        names = ", ".join(each.title for each in deployment.job_definitions)
        bound = f"one that this deployment allows ({names})"
        yield Violation(field="jobDefinition", bound=bound, value=request.jobDefinition)


def _share(request: SubmitJobRequest, deployment: Deployment) -> Iterable[Violation]:
    """https://docs.aws.amazon.com/batch/latest/userguide/job_scheduling.html."""
    queue = deployment.job_queue(request.jobQueue)
    if queue is None:
        return
    if not queue.fair_share and request.shareIdentifier is not None:
        bound = f"left out: job queue {queue.name} has no fair-share scheduling policy"
        yield Violation(field="shareIdentifier", bound=bound, value=request.shareIdentifier)
    if queue.fair_share and request.shareIdentifier is None:
        yield Violation(field="shareIdentifier", bound=f"given: job queue {queue.name} is shared by it")
    if queue.fair_share and request.schedulingPriorityOverride is None:
        yield Violation(field="schedulingPriorityOverride", bound=f"given: job queue {queue.name} orders shares by it")


def _environment(request: SubmitJobRequest, deployment: Deployment) -> Iterable[Violation]:
    for field, name in variables(request):
        yield from variable_violations(field, name, deployment)


def variable_violations(field: str, name: str, deployment: Deployment) -> Iterable[Violation]:
    """What is wrong with the name of an environment variable in a deployment.

    Not by itself: a member whose names alone are wrong is looked into all the same, for what else is wrong there.
    """
    if is_reserved(name):
        yield Violation(field=field, bound=f"a name that starts with neither {' nor '.join(RESERVED)}", value=name)
    if is_guarded(name) and name not in deployment.allowed_environment:
        bound = "no name that changes how the job's tools behave, unless the deployment allows it"
        yield Violation(field=field, bound=f"{bound} (batchplane:allowedEnvironment)", value=name)


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


def _large_array(request: SubmitJobRequest, definition: JobDefinition) -> Iterable[Violation]:
    """What an array can't have that is split in parts, which Batch knows as arrays of their own."""
    size = request.arrayProperties.size if request.arrayProperties else 0
    if size <= MOST_CHILDREN:
        return
    if not definition.runner:
        bound = f"at most {MOST_CHILDREN}: job definition {definition.name} doesn't carry the runner, which tells the"
        yield Violation(
            field="arrayProperties.size", bound=f"{bound} children of larger arrays their indices", value=size
        )
    for place, dependency in enumerate(request.dependsOn or ()):
        if dependency.type:
            bound = f"left out: an array of more than {MOST_CHILDREN} is split, and waits for whole jobs only"
            yield Violation(field=f"dependsOn.{place}.type", bound=bound, value=dependency.type)


def _resources(request: SubmitJobRequest, deployment: Deployment) -> Iterable[Violation]:
    """What no machine of the deployment could ever give: such a job would wait for ever, and hold up its queue."""
    for asked in amounts(request):
        most = deployment.largest.get(asked.type)
        if most is not None and asked.value > most:
            bound = f"at most {most}, which is all the {asked.type} that there is"
            yield Violation(field=asked.field, bound=bound, value=asked.value)


def retry_violations(strategy: RetryStrategy | None) -> Iterable[Violation]:
    """What is wrong with a retry strategy as a whole."""
    if strategy is None:
        return
    if strategy.evaluateOnExit is not None and strategy.attempts is None:
        yield Violation(field="retryStrategy.attempts", bound="given where evaluateOnExit is", value=None)
    for place, rule in enumerate(strategy.evaluateOnExit or ()):
        if not (rule.onStatusReason or rule.onReason or rule.onExitCode):
            bound = "given at least one of onStatusReason, onReason, onExitCode"
            yield Violation(field=f"retryStrategy.evaluateOnExit.{place}", bound=bound, value=rule.action)


def _inputs(inputs: Mapping[str, str], *, owner: str, definition: JobDefinition | None) -> Iterable[Violation]:
    if inputs and definition and not definition.runner:
        bound = f"left out: job definition {definition.name} doesn't carry the runner that fetches them"
        yield Violation(field="inputs", bound=bound, value=sorted(inputs))
    in_order = sorted(inputs)
    for name, key in inputs.items():
        violation = name_violation("inputs", name)
        if violation:
            yield violation
        if not is_upload_of(owner, key):
            yield Violation(field=f"inputs.{name}", bound="a key that POST /uploads gave you", value=key)
        if name.partition("/")[0] == "outputs" or _is_folder(name, in_order):
            bound = "a file's name, and neither outputs nor the folder of another input"
            yield Violation(field="inputs", bound=bound, value=name)


def _is_folder(name: str, in_order: Sequence[str]) -> bool:
    """Whether one of these names is of a file in a folder of this name."""
    inside = f"{name}/"
    place = bisect_left(in_order, inside)
    return place < len(in_order) and in_order[place].startswith(inside)
