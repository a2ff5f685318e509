"""Attempts run no longer than their timeout, and stop when they are told to. Time is moved by hand.

A look of the engine has passed when a witness, a job whose own time is up, has ended.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import Machine
from tests.local.clocks import Clock
from tests.waiting import wait_until

#: Ignores SIGTERM, and says when it does.
STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
TIMED_OUT = "Job attempt duration exceeded timeout"
SIXTY_SECONDS = {"attemptDurationSeconds": 60}


@pytest.fixture
def clock() -> Clock:
    """The time of the embedded Batch."""
    return Clock()


@pytest.fixture
def machine(machine_with: OpenMachine, clock: Clock) -> Machine:
    """An embedded Batch with room for a job and a witness."""
    return machine_with(vcpus=2, clock=clock)


def stubborn(machine: Machine, **request: object) -> str:
    """A job that runs and ignores SIGTERM."""
    job_id = machine.submit("sh", "-c", STUBBORN, **request)
    machine.printed(machine.running(job_id), "ready")
    return job_id


def look_passes(machine: Machine, witness: str) -> None:
    """Wait until the engine has looked at what runs: the witness, whose time is up, has ended."""
    assert machine.ended(witness)["statusReason"] == TIMED_OUT


def runs_again(machine: Machine, job_id: str) -> bool:
    """True while a second attempt runs."""
    job = machine.job(job_id)
    return (job["status"], len(job["attempts"])) == ("RUNNING", 1)


def test_an_attempt_that_runs_too_long_is_ended(machine: Machine, clock: Clock) -> None:
    """Its timeout counts from its start; a job that timed out isn't retried."""
    job_id = machine.submit("sleep", "600", timeout=SIXTY_SECONDS, retryStrategy={"attempts": 2})
    machine.running(job_id)
    clock.move(seconds=60)
    job = machine.ended(job_id)
    assert (job["status"], job["statusReason"], job["attempts"][0]["statusReason"]) == ("FAILED", TIMED_OUT, TIMED_OUT)
    assert (job["isTerminated"], len(job["attempts"]), job["container"]["exitCode"]) == (True, 1, 143)


def test_an_attempt_within_its_timeout_is_let_be(machine: Machine, clock: Clock) -> None:
    """A second less than the timeout is not too long."""
    witness = machine.submit("sleep", "600", timeout=SIXTY_SECONDS)
    machine.running(witness)
    clock.move(seconds=1)
    job_id = machine.submit("sleep", "600", timeout=SIXTY_SECONDS)
    machine.running(job_id)
    clock.move(seconds=59)
    look_passes(machine, witness)
    assert machine.job(job_id)["status"] == "RUNNING"


def test_a_timed_out_attempt_that_ignores_sigterm_is_killed_after_thirty_seconds(
    machine: Machine, clock: Clock
) -> None:
    """SIGTERM leaves it the grace; SIGKILL comes with its end, and the reason stays."""
    job_id = stubborn(machine, timeout=SIXTY_SECONDS, retryStrategy={"attempts": 3})
    clock.move(seconds=29.8)
    witness = machine.submit("sleep", "600", timeout=SIXTY_SECONDS)
    machine.running(witness)
    clock.move(seconds=30.2)
    wait_until(lambda: machine.job(job_id)["isTerminated"], "the time-out is noticed")
    clock.move(seconds=29.9)
    look_passes(machine, witness)
    between = machine.job(job_id)["status"]
    clock.move(seconds=0.1)
    job = machine.ended(job_id)
    assert (between, job["statusReason"], job["container"]["exitCode"]) == ("RUNNING", TIMED_OUT, 137)
    assert len(job["attempts"]) == 1


def test_a_job_that_ends_well_after_its_timeout_has_failed(machine: Machine, clock: Clock) -> None:
    """It may catch SIGTERM and end with 0; it was too late all the same."""
    script = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    job_id = machine.submit("sh", "-c", script, timeout=SIXTY_SECONDS)
    machine.printed(machine.running(job_id), "ready")
    clock.move(seconds=60)
    job = machine.ended(job_id)
    assert (job["status"], job["statusReason"], job["container"]["exitCode"]) == ("FAILED", TIMED_OUT, 0)
    assert machine.lines(job)[-1] == "bye"


def test_each_attempt_has_the_whole_timeout(machine: Machine, clock: Clock, tmp_path: Path) -> None:
    """An attempt that failed by itself before its timeout takes nothing from the next."""
    go = tmp_path / "go"
    script = f"test $AWS_BATCH_JOB_ATTEMPT = 2 && exec sleep 600; while [ ! -e {go} ]; do sleep 0.01; done; exit 1"
    job_id = machine.submit("sh", "-c", script, timeout=SIXTY_SECONDS, retryStrategy={"attempts": 2})
    machine.running(job_id)
    witness = machine.submit("sleep", "600", timeout={"attemptDurationSeconds": 90})
    machine.running(witness)
    clock.move(seconds=59)
    go.touch()
    wait_until(lambda: runs_again(machine, job_id), "the second attempt runs")
    clock.move(seconds=59)
    look_passes(machine, witness)
    assert machine.job(job_id)["status"] == "RUNNING"


def test_a_terminated_job_that_ignores_sigterm_is_killed_after_thirty_seconds(machine: Machine, clock: Clock) -> None:
    """SIGKILL comes when the grace is over, and not before; another request changes nothing of that."""
    job_id = stubborn(machine)
    witness = machine.submit("sleep", "600", timeout=SIXTY_SECONDS)
    machine.running(witness)
    clock.move(seconds=30.1)
    machine.batch.terminate_job(jobId=job_id, reason="enough")
    clock.move(seconds=29.9)
    look_passes(machine, witness)
    between = machine.job(job_id)["status"]
    machine.batch.terminate_job(jobId=job_id, reason="more than enough")
    clock.move(seconds=0.1)
    job = machine.ended(job_id)
    assert (between, job["container"]["exitCode"], job["statusReason"]) == ("RUNNING", 137, "enough")


def test_a_timeout_given_at_submission_goes_before_the_definition_s(machine: Machine, clock: Clock) -> None:
    """The job is ended by the shorter one of its submission."""
    machine.register("slow", timeout={"attemptDurationSeconds": 600})
    job_id = machine.submit("sleep", "600", jobDefinition="slow", timeout=SIXTY_SECONDS)
    machine.running(job_id)
    clock.move(seconds=60)
    assert machine.ended(job_id)["statusReason"] == TIMED_OUT
