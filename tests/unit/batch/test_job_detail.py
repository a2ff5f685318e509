"""Jobs of every shape say alike how their containers ended."""

from pathlib import Path

import msgspec
import pytest

from controlplane.batch.job_detail import Attempt, Container, EcsProperties, JobDetail, TaskContainer, of_one_container
from controlplane.batch.state_change import StateChange, from_event

SAMPLES = Path(__file__).parents[3] / "events" / "record_state_change" / "state_changes"
POD = "aws-batch.8f1c3d0e-6a55-3c0b-9d2f-2f6b0c7a1e44"
STREAM = "cp-fleet/robot/9c7b5b5c1f0d4e0e8a0f6f4f3c2b1a19"


def sample(name: str) -> StateChange:
    """One sample event."""
    return from_event((SAMPLES / f"{name}.json").read_bytes())


def of_several(*containers: TaskContainer) -> Container:
    """Which one of a task's containers tells."""
    task = {"taskProperties": [{"containers": [msgspec.to_builtins(each) for each in containers]}]}
    detail = {"jobId": "1", "status": "FAILED", "ecsProperties": task}
    return of_one_container(msgspec.convert(detail, JobDetail)).container


def of_a_pod(**pod: list[dict[str, object]]) -> Container:
    """Which one of a pod's containers tells."""
    detail = {"jobId": "1", "status": "FAILED", "eksProperties": {"podProperties": pod}}
    return of_one_container(msgspec.convert(detail, JobDetail)).container


def test_attempts_on_eks_are_read() -> None:
    """Each keeps its pod, times, reasons and exit code."""
    killed = Container(exit_code=137, reason="OOMKilled", name="solver")
    completed = Container(exit_code=0, reason="Completed", name="solver")

    assert [
        (f"{POD}1", 1795001200417, 1795001260100, "Pod failed", killed),
        (f"{POD}2", 1795001300250, 1795001500900, "Pod succeeded", completed),
    ] == [
        (each.pod_name, each.started_at, each.stopped_at, each.status_reason, each.container)
        for each in sample("18_eks_succeeded").detail.attempts
    ]


def test_attempts_on_eks_are_counted() -> None:
    """A retry on EKS is later than the attempt before it."""
    running, retried, ended = map(sample, ("16_eks_running", "17_eks_runnable_retry", "18_eks_succeeded"))

    assert ([0, 1, 2], True) == (
        [each.finished_attempts for each in (running, retried, ended)],
        running.order < retried.order < ended.order,
    )


def test_the_essential_container_that_failed_tells() -> None:
    """Of a task's containers: not the one that may fail, nor the one that went well."""
    change = sample("20_containers_failed")
    robot = Container(exit_code=12, reason="assertion failed: collision", log_stream_name=STREAM, name="robot")

    assert (robot, [robot]) == (change.detail.container, [each.container for each in change.detail.attempts])


def test_while_nothing_has_failed_the_first_essential_container_tells() -> None:
    """A running job has a log to show."""
    stream = sample("19_containers_running").detail.container.log_stream_name

    assert "cp-fleet/world/9c7b5b5c1f0d4e0e8a0f6f4f3c2b1a19" == stream


def test_a_container_that_never_ran_has_failed() -> None:
    """An image that can't be pulled leaves a reason and no exit code."""
    (attempt,) = sample("22_managed_instances_failed").detail.attempts

    assert ("render", None, True) == (
        attempt.container.name,
        attempt.container.exit_code,
        str(attempt.container.reason).startswith("CannotPullContainerError"),
    )


def test_a_container_that_never_ran_tells_before_one_that_went_well() -> None:
    """It is why the job failed."""
    told = of_several(TaskContainer(name="a", exit_code=0), TaskContainer(name="b", reason="CannotPullContainerError"))

    assert "b" == told.name


def test_where_no_container_is_essential_all_may_tell() -> None:
    """Batch asks for one essential container; what it tells is taken all the same."""
    told = of_several(TaskContainer(name="a", essential=False), TaskContainer(name="b", essential=False, exit_code=1))

    assert Container(name="b", exit_code=1) == told


def test_an_init_container_that_failed_tells_before_the_others() -> None:
    """The pod's containers were kept from starting by it."""
    waiting = {"name": "solver", "reason": "PodInitializing"}

    assert "fetch" == of_a_pod(initContainers=[{"name": "fetch", "exitCode": 1}], containers=[waiting]).name


def test_an_init_container_that_went_well_tells_nothing() -> None:
    """The pod's own container is the one to look at."""
    containers = [{"name": "solver", "exitCode": 0}]

    assert "solver" == of_a_pod(initContainers=[{"name": "fetch", "exitCode": 0}], containers=containers).name


def test_what_is_not_essential_to_a_node_does_not_tell() -> None:
    """The attempts of a multi-node job don't say which container is essential; its nodes' properties do."""
    task = {"containers": [{"name": "log", "essential": False}, {"name": "mpi"}]}
    ended = {"containers": [{"name": "log", "exitCode": 1}, {"name": "mpi", "exitCode": 2}]}
    detail = {
        "jobId": "1",
        "status": "FAILED",
        "attempts": [{"taskProperties": [ended]}],
        "nodeProperties": {"nodeRangeProperties": [{"ecsProperties": {"taskProperties": [task]}}]},
    }
    told = of_one_container(msgspec.convert(detail, JobDetail))

    assert (Attempt(container=Container(name="mpi", exit_code=2)),) == told.attempts


@pytest.mark.parametrize("name", ["18_eks_succeeded", "20_containers_failed", "22_managed_instances_failed"])
def test_only_one_shape_is_left(name: str) -> None:
    """Whoever comes after need not know of the others."""
    detail = sample(name).detail

    assert (None, None, (), [()]) == (
        detail.ecs_properties,
        detail.eks_properties,
        detail.eks_attempts,
        list({each.task_properties for each in detail.attempts}),
    )


def test_a_job_without_containers_is_read() -> None:
    """Nothing is told, and nothing is made up."""
    detail = JobDetail(job_id="1", status=sample("05_single_succeeded").detail.status, ecs_properties=EcsProperties())

    assert Container() == of_one_container(detail).container


def test_a_node_is_known_for_one() -> None:
    """What nodes go through is no job's own life."""
    assert [False, True] == [sample(name).is_node for name in ("23_multi_node_failed", "24_multi_node_node_running")]
