"""Batch's JobDetail as far as the plane reads it, told alike for every shape of job. Does no I/O.

A job of one container says how it went in `container` and `attempts[].container`. A job of several containers (an ECS
task's, in `taskProperties`) or of a pod (in `eksProperties` and `eksAttempts`) says it in other places;
`of_one_container` brings it to the same ones, so that whoever comes after knows one shape.
https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec

from controlplane.job import MOST_CHILDREN, Status

#: Batch makes at most 10 attempts of a job; twice as many still have their place in its life.
MOST_ATTEMPTS = 20
#: The last time of 13 digits, in the year 2286: as many digits as a sort key of the records has.
LAST_TIME = 9_999_999_999_999
#: Epoch milliseconds. Batch leaves out what has not come about; where it says 0, it means the same.
Time = Annotated[int, msgspec.Meta(ge=1, le=LAST_TIME)]
#: Batch's Integer, of 32 bits.
ExitCode = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
#: An UUID, and the index of a child or node. Some stores bound their keys.
BatchJobId = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


class _Told(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What Batch tells, by its own names; members that are not known are passed over."""


class Container(_Told, frozen=True, kw_only=True):
    """How a container ended, and where its log is."""

    exit_code: ExitCode | None = None
    reason: str | None = None
    log_stream_name: str | None = None
    #: Of several containers, which one this is.
    name: str | None = None


class TaskContainer(Container, frozen=True, kw_only=True):
    """One of several containers."""

    #: When it ends, the others are stopped. https://docs.aws.amazon.com/batch/latest/APIReference/API_TaskContainerProperties.html
    essential: bool = True


class Task(_Told, frozen=True, kw_only=True):
    """An ECS task, which a job of several containers runs in."""

    containers: tuple[TaskContainer, ...] = ()


class EcsProperties(_Told, frozen=True, kw_only=True):
    """The task of a job of several containers; an attempt tells of its containers again, without `essential`."""

    task_properties: tuple[Task, ...] = ()


class Pod(_Told, frozen=True, kw_only=True):
    """A pod of EKS, which runs its init containers one after the other before its containers."""

    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    pod_name: str | None = None


class EksProperties(_Told, frozen=True, kw_only=True):
    """The pod of a job on EKS."""

    pod_properties: Pod = Pod()


class EksAttempt(Pod, frozen=True, kw_only=True):
    """One try of a job on EKS."""

    started_at: Time | None = None
    stopped_at: Time | None = None
    status_reason: str | None = None


class Attempt(_Told, frozen=True, kw_only=True):
    """One try of a job; it has no end while it runs."""

    container: Container = Container()
    started_at: Time | None = None
    stopped_at: Time | None = None
    status_reason: str | None = None
    #: On EKS: where its log is to be looked for.
    pod_name: str | None = None
    #: Of several containers, until `of_one_container` has chosen.
    task_properties: tuple[Task, ...] = ()


class ArrayProperties(_Told, frozen=True, kw_only=True):
    """A parent has a size and a summary; a child has an index."""

    size: Annotated[int, msgspec.Meta(ge=0, le=MOST_CHILDREN)] | None = None
    index: int | None = None
    status_summary: dict[str, int] = {}


class NodeRange(_Told, frozen=True, kw_only=True):
    """Nodes of a multi-node parallel job that are alike."""

    ecs_properties: EcsProperties = EcsProperties()


class NodeProperties(_Told, frozen=True, kw_only=True):
    """The nodes of a multi-node parallel job."""

    num_nodes: int | None = None
    node_range_properties: tuple[NodeRange, ...] = ()


class JobDetail(_Told, frozen=True, kw_only=True):
    """A job; only jobId and status are sure to be told."""

    job_id: BatchJobId
    status: Status
    job_name: str = ""
    job_queue: str = ""
    job_definition: str = ""
    status_reason: str | None = None
    created_at: Time = 0
    started_at: Time | None = None
    stopped_at: Time | None = None
    attempts: Annotated[tuple[Attempt, ...], msgspec.Meta(max_length=MOST_ATTEMPTS)] = ()
    container: Container = Container()
    array_properties: ArrayProperties | None = None
    node_properties: NodeProperties | None = None
    is_cancelled: bool = False
    is_terminated: bool = False
    #: The shapes that `of_one_container` takes away.
    ecs_properties: EcsProperties | None = None
    eks_properties: EksProperties | None = None
    eks_attempts: Annotated[tuple[EksAttempt, ...], msgspec.Meta(max_length=MOST_ATTEMPTS)] = ()


def of_one_container(detail: JobDetail) -> JobDetail:
    """The same job, with `container` and each attempt's `container` told by the one that tells most.

    That is, of an attempt's containers: the first essential one that failed, else the first essential one, else the
    first. To have failed is to have ended with another exit code than 0, or with a reason and no exit code at all, as
    a container does whose image can't be pulled. Of a pod, all are essential; an init container that failed tells
    before the others, for it kept them from starting.
    """
    tasks = detail.attempts and detail.attempts[-1].task_properties
    if not (tasks or detail.ecs_properties or detail.eks_properties or detail.eks_attempts):
        return detail  # nearly every job
    optional = _optional_containers(detail)
    container = detail.container
    if detail.ecs_properties:
        container = _of_tasks(detail.ecs_properties.task_properties, optional)
    if detail.eks_properties:
        container = _of_pod(detail.eks_properties.pod_properties)
    attempts = tuple(map(_of_eks, detail.eks_attempts)) or tuple(_of_ecs(each, optional) for each in detail.attempts)
    return msgspec.structs.replace(
        detail, container=container, attempts=attempts, ecs_properties=None, eks_properties=None, eks_attempts=()
    )


def _optional_containers(detail: JobDetail) -> frozenset[str | None]:
    """The names of the containers that are not essential, of a job or of the nodes of one."""
    ranges = detail.node_properties.node_range_properties if detail.node_properties else ()
    told = (detail.ecs_properties, *(each.ecs_properties for each in ranges))
    tasks = (task for properties in told if properties for task in properties.task_properties)
    return frozenset(each.name for task in tasks for each in task.containers if not each.essential)


def _of_ecs(attempt: Attempt, optional: frozenset[str | None]) -> Attempt:
    if not attempt.task_properties:
        return attempt
    container = _of_tasks(attempt.task_properties, optional)
    return msgspec.structs.replace(attempt, container=container, task_properties=())


def _of_eks(attempt: EksAttempt) -> Attempt:
    return Attempt(
        container=_of_pod(attempt),
        started_at=attempt.started_at,
        stopped_at=attempt.stopped_at,
        status_reason=attempt.status_reason,
        pod_name=attempt.pod_name,
    )


def _of_tasks(tasks: Iterable[Task], optional: frozenset[str | None]) -> Container:
    containers = [each for task in tasks for each in task.containers]
    return _telling([each for each in containers if each.name not in optional] or containers)


def _of_pod(pod: Pod) -> Container:
    return _telling([*filter(_failed, pod.init_containers), *pod.containers])


def _telling(containers: Sequence[Container]) -> Container:
    if not containers:
        return Container()
    told = next(filter(_failed, containers), containers[0])
    return Container(exit_code=told.exit_code, reason=told.reason, log_stream_name=told.log_stream_name, name=told.name)


def _failed(container: Container) -> bool:
    return bool(container.reason) if container.exit_code is None else container.exit_code != 0
