"""A life ends, by closing or by SIGKILL, and the next takes up its jobs: none lost, none run twice as one attempt."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from batchplane_local.batch.database.claims import Claim, Claims
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import Machine, is_alive
from tests.waiting import wait_until

VICTIM = Path(__file__).with_name("victim.py")
#: Jobs of one submission that are waited for at a time.
MANY = 100
#: Needs more than the machine has, and so stays RUNNABLE.
HUGE = {"resourceRequirements": [{"type": "VCPU", "value": "64"}]}


def reopen(machine: Machine) -> None:
    """End this life and begin another."""
    machine.close()
    machine.open()


def test_jobs_that_waited_run_in_the_next_life(machine: Machine) -> None:
    """RUNNABLE and PENDING jobs are taken up as they were."""
    blocking = machine.submit("sleep", "60")
    waiting = machine.submit("echo", "hi")
    dependent = machine.submit("true", arrayProperties={"size": 2}, dependsOn=[{"jobId": waiting}])
    machine.running(blocking)
    reopen(machine)
    assert machine.lines(machine.ended(waiting)) == ["hi"]
    assert machine.ended(dependent)["status"] == "SUCCEEDED"


def test_an_attempt_that_ran_has_lost_its_host(machine: Machine) -> None:
    """It has no exit code, keeps what it had printed, and the job fails when no attempt is left."""
    job_id = machine.submit("sh", "-c", "echo begun; exec sleep 60")
    machine.printed(machine.running(job_id), "begun")
    reopen(machine)
    job = machine.ended(job_id)
    (attempt,) = job["attempts"]
    assert (job["status"], job["statusReason"]) == ("FAILED", attempt["statusReason"])
    assert job["statusReason"].startswith("Host EC2 (instance i-")
    assert job["statusReason"].endswith(") terminated.")
    assert "exitCode" not in attempt["container"]
    assert machine.lines(job) == ["begun"]


def test_a_lost_host_is_retried_as_the_strategy_says(machine: Machine) -> None:
    """The next attempt has the next number."""
    script = "echo attempt $AWS_BATCH_JOB_ATTEMPT; test $AWS_BATCH_JOB_ATTEMPT = 2 || exec sleep 60"
    rules = [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]
    job_id = machine.submit("sh", "-c", script, retryStrategy={"attempts": 2, "evaluateOnExit": rules})
    machine.printed(machine.running(job_id), "attempt 1")
    reopen(machine)
    job = machine.ended(job_id)
    assert (job["status"], len(job["attempts"]), machine.lines(job)) == ("SUCCEEDED", 2, ["attempt 2"])
    assert machine.told(job_id)[3:] == [("RUNNABLE", 1), ("STARTING", 1), ("RUNNING", 1), ("SUCCEEDED", 2)]


def test_a_terminated_job_is_not_retried_after_its_host_was_lost(machine: Machine) -> None:
    """The request outlives the life in which it was made."""
    job_id = machine.submit(
        "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done", retryStrategy={"attempts": 5}
    )
    machine.printed(machine.running(job_id), "ready")
    machine.batch.terminate_job(jobId=job_id, reason="enough")
    reopen(machine)
    job = machine.ended(job_id)
    assert (job["status"], job["statusReason"], job["isTerminated"], len(job["attempts"])) == (
        "FAILED",
        "enough",
        True,
        1,
    )


def test_a_cancelled_pending_job_is_still_cancelled(machine: Machine) -> None:
    """The request is kept until the dependencies have ended."""
    first = machine.submit("true", containerOverrides=HUGE)
    second = machine.submit("true", dependsOn=[{"jobId": first}])
    machine.batch.cancel_job(jobId=second, reason="changed my mind")
    reopen(machine)
    machine.batch.terminate_job(jobId=first, reason="enough")
    job = machine.ended(second)
    assert (job["statusReason"], job["isCancelled"]) == ("changed my mind", True)


def test_a_claim_that_no_commit_covers_counts_as_an_attempt(machine: Machine) -> None:
    """A process may have been started just before the end: its attempt is lost, not run again."""
    job_id = machine.submit("true", containerOverrides=HUGE)
    machine.close()
    with closing(sqlite3.connect(machine.folder / "batch.sqlite3")) as database:
        generation = int(database.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()[0])
    with closing(Claims(machine.folder / "claims", sync=False)) as claims:
        claims.add(Claim(job=1, attempt=1, slot=1, environment=1), generation)
    slot = machine.folder / "slots" / "1"
    slot.mkdir()
    (slot / "log").write_text("it ran\n")
    machine.open()
    job = machine.job(job_id)
    assert (job["status"], len(job["attempts"]), machine.lines(job)) == ("FAILED", 1, ["it ran"])


def test_queues_and_definitions_are_there(machine: Machine) -> None:
    """The catalogue is kept, with its revisions."""
    machine.register("plain")
    reopen(machine)
    assert machine.run("true")["jobDefinition"].endswith("/plain:2")


def test_a_life_of_full_synchronization(machine_with: OpenMachine) -> None:
    """The setting for those who fear for the power runs jobs as well."""
    assert machine_with(synchronous="FULL").run("true")["status"] == "SUCCEEDED"


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, list[str], Path]]:
    """An embedded Batch whose process was killed three times, what it had accepted, and what its attempts noted."""
    folder = tmp_path_factory.mktemp("killed")
    journal = folder / "journal"
    journal.touch()
    accepted: list[str] = []
    for life in range(3):
        accepted += live_and_die(folder / "batch", journal, attempts=20 * (life + 1))
    machine = Machine(folder / "batch", vcpus=4)
    yield machine, accepted, journal
    machine.close()


def live_and_die(folder: Path, journal: Path, *, attempts: int) -> list[str]:
    """Run a victim until so many attempts were noted in all, and kill it; the ids that it had printed come back."""
    command = [sys.executable, str(VICTIM), str(folder), str(journal)]
    output = folder.with_name("accepted")
    with output.open("w") as printed, subprocess.Popen(command, stdout=printed) as victim:
        try:
            wait_until(lambda: len(journal.read_text().splitlines()) >= attempts, f"{attempts} attempts are noted")
        finally:
            victim.send_signal(signal.SIGKILL)
    # The last line may be half an id: what was not told wholly was not accepted.
    return output.read_text().split("\n")[:-1]


def test_nothing_accepted_is_lost(killed: tuple[Machine, list[str], Path]) -> None:
    """Every job whose id was given out is there, and ends well."""
    machine, accepted, _ = killed
    for first in range(0, len(accepted), MANY):
        ids = accepted[first : first + MANY]
        machine.ended(ids[-1])
        statuses = [machine.ended(job_id)["status"] for job_id in ids]
        assert statuses == ["SUCCEEDED"] * len(ids)


def test_no_attempt_ran_twice(killed: tuple[Machine, list[str], Path]) -> None:
    """Whatever was killed when, no two processes ran as the same attempt of the same job."""
    _, _, journal = killed
    notes = journal.read_text().splitlines()
    assert len(notes) == len(set(notes))


def test_no_process_of_an_earlier_life_runs(killed: tuple[Machine, list[str], Path]) -> None:
    """Processes that had left their session ended with the next life's beginning, or with their job."""
    machine, accepted, _ = killed
    machine.ended(accepted[-1])
    folder = str(machine.folder)
    mine = [path for path in Path("/proc").glob("[0-9]*/cwd") if str(resolved(path)).startswith(folder)]
    assert [path for path in mine if is_alive(int(path.parent.name))] == []


def resolved(path: Path) -> Path:
    """Where a link of /proc leads; nowhere for a process that is gone."""
    try:
        return path.readlink()
    except OSError:
        return Path()
