"""Jobs get GPUs of their own."""

from __future__ import annotations

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import RESOURCES, Machine
from tests.waiting import wait_until

SHOW = ["sh", "-c", "echo $CUDA_VISIBLE_DEVICES $NVIDIA_VISIBLE_DEVICES; until test -e go; do sleep 0.01; done"]


def submit(machine: Machine, gpus: int, *command: str) -> str:
    """Submit a job that needs so many GPUs."""
    needs = [*RESOURCES, {"type": "GPU", "value": str(gpus)}]
    environment = [{"name": "CUDA_VISIBLE_DEVICES", "value": "7"}]
    overrides = {"resourceRequirements": needs, "environment": environment}
    return machine.submit(*command, containerOverrides=overrides)


def shown(machine: Machine, job: str) -> list[str]:
    """What a job was told of its GPUs, while it runs."""
    running = machine.running(job)
    wait_until(lambda: machine.lines(running), "the job says which GPUs it has")
    return machine.lines(running)


def told(machine: Machine) -> list[tuple[str, str]]:
    """Which jobs got which statuses, in the order in which events tell of it."""
    return [(event["detail"]["jobId"], event["detail"]["status"]) for event in list(machine.events)]


def test_jobs_that_run_together_have_different_gpus(machine_with: OpenMachine) -> None:
    """Each is told its devices' numbers, whatever its own environment says of them."""
    machine = machine_with(vcpus=4, gpus=3)
    jobs = [submit(machine, count, "sh", "-c", f"{SHOW[2]}") for count in (1, 2)]
    assert [shown(machine, job) for job in jobs] == [["0 0"], ["1,2 1,2"]]


def test_a_gpu_is_free_when_its_job_has_ended(machine_with: OpenMachine) -> None:
    """A job waits for a GPU, and then has the one that was given back."""
    machine = machine_with(vcpus=4, gpus=1)
    first, second = submit(machine, 1, "sleep", "30"), submit(machine, 1, *SHOW)
    machine.running(first)
    machine.batch.terminate_job(jobId=first, reason="the next one, please")
    lines = shown(machine, second)
    wait_until(lambda: (second, "RUNNING") in told(machine), "the second job's start is told")
    order = [each for each in told(machine) if each in ((first, "FAILED"), (second, "STARTING"))]
    assert (lines, order) == (["0 0"], [(first, "FAILED"), (second, "STARTING")])


def test_a_job_without_gpus_is_told_of_none(machine_with: OpenMachine) -> None:
    """Its environment is its own."""
    machine = machine_with(gpus=1)
    job = machine.run("sh", "-c", "echo ${CUDA_VISIBLE_DEVICES-none} ${NVIDIA_VISIBLE_DEVICES-none}")
    assert machine.lines(job) == ["none none"]


def test_the_machine_tells_its_gpus(machine_with: OpenMachine) -> None:
    """As many as it was opened with."""
    assert machine_with(gpus=3).batch.machine["GPU"] == 3
