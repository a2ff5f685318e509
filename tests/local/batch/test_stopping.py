"""Jobs are cancelled and terminated, and nothing of them runs on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from batchplane_local.batch.machine.processes import inspect
from tests.local.batch.machine import Machine, is_alive, kill
from tests.waiting import wait_until


def test_a_running_job_is_terminated(machine: Machine) -> None:
    """It gets SIGTERM, fails with the given reason, and isn't retried."""
    job_id = machine.submit("sleep", "60", retryStrategy={"attempts": 3})
    machine.running(job_id)
    machine.batch.terminate_job(jobId=job_id, reason="no longer wanted")
    job = machine.ended(job_id)
    assert (job["status"], job["statusReason"], job["isTerminated"]) == ("FAILED", "no longer wanted", True)
    assert (len(job["attempts"]), job["container"]["exitCode"]) == (1, 143)


def test_a_job_may_clean_up_when_it_is_terminated(machine: Machine) -> None:
    """SIGTERM can be caught; the job fails even if it then ends with 0."""
    job_id = machine.submit("sh", "-c", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done")
    machine.printed(machine.running(job_id), "ready")
    machine.batch.terminate_job(jobId=job_id, reason="enough")
    job = machine.ended(job_id)
    assert (job["status"], machine.lines(job)[-1], job["container"]["exitCode"]) == ("FAILED", "bye", 0)


def test_a_runnable_job_is_cancelled(machine: Machine) -> None:
    """It never runs; one that runs already is left alone, and the call succeeds all the same."""
    running, waiting = machine.submit("sh", "-c", "while [ ! -e go ]; do sleep 0.01; done"), machine.submit("true")
    machine.running(running)
    machine.batch.cancel_job(jobId=waiting, reason="changed my mind")
    machine.batch.cancel_job(jobId=running, reason="changed my mind")
    job = machine.ended(waiting)
    assert (job["status"], job["statusReason"], job["isCancelled"]) == ("FAILED", "changed my mind", True)
    assert (job["attempts"], machine.job(running)["status"]) == ([], "RUNNING")


def test_many_are_stopped_at_once(machine: Machine) -> None:
    """Jobs that run and jobs that wait are terminated together; one that nobody knows counts as done."""
    unknown = "00000000-0000-0000-0000-000000000000"
    jobs = [machine.submit("sleep", "60") for _ in range(3)]
    answer = machine.batch.terminate_jobs(jobs=[*jobs, unknown], reason="all of them")
    assert ([machine.ended(job)["status"] for job in jobs], answer["successful"]) == (["FAILED"] * 3, [*jobs, unknown])


@pytest.mark.parametrize(
    "leave_behind",
    ["sleep 61 & echo $!", "setsid sleep 62 & echo $!", "(setsid sh -c 'sleep 63 & echo $!; exec sleep 64' &)"],
)
def test_what_a_job_leaves_behind_ends_with_it(machine: Machine, leave_behind: str) -> None:
    """Processes in the background end with their job, those that left its group and session too."""
    job = machine.run("sh", "-c", f"{leave_behind}; sleep 0.05")
    (line,) = machine.lines(job)
    pid = int(line)
    try:
        assert (job["status"], is_alive(pid), inspect(pid)) == ("SUCCEEDED", False, None)
    finally:
        kill(pid)


def test_another_child_of_this_process_is_let_be(machine: Machine) -> None:
    """A process that the embedded Batch didn't start is none of its business."""
    with subprocess.Popen(["/bin/sleep", "60"]) as other:
        try:
            machine.run("true")
            assert is_alive(other.pid)
        finally:
            other.kill()


def test_closing_ends_what_runs(machine: Machine) -> None:
    """No process outlives the embedded Batch."""
    job_id = machine.submit("sh", "-c", "setsid sleep 65 & echo $!; echo ready; exec sleep 66")
    lines = machine.printed(machine.running(job_id), "ready")
    machine.close()
    wait_until(lambda: not is_alive(int(lines[0])), "the process in the background ends")


def test_a_slot_s_folder_is_gone_after_a_job_that_left_something(machine: Machine) -> None:
    """What a job leaves in its folder is removed."""
    machine.run("sh", "-c", "mkdir -p deep/er; echo x > deep/er/file")
    machine.run("true")

    def left() -> list[Path]:
        return [path for path in machine.folder.rglob("*") if path.name in ("deep", "file")]

    wait_until(lambda: not left(), "the folder is removed")
