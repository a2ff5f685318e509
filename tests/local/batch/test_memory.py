"""An attempt whose processes use more memory than its job asked for is ended, in AWS's words.

The memory watch has looked when witnesses, jobs that use too much themselves, have ended.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.local.batch import gangs
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import Machine, is_alive

REASON = "OutOfMemoryError: Container killed due to memory usage"
#: Fills 40 MiB, as a program whose text is its argument says, and stays.
FILL = "filled = b'x' * (40 << 20); print('filled', flush=True); import time; time.sleep(600)"
PYTHON = (sys.executable, "-I", "-S", "-c")
#: Four processes that share 40 MiB: resident in each of them, used once.
SHARE = """
import mmap, os, time
shared = mmap.mmap(-1, 40 << 20)
for _ in range(3):
    if os.fork() == 0:
        break
for page in range(0, 40 << 20, 4096):
    shared[page] = 1
print("filled", flush=True)
time.sleep(600)
"""


@pytest.fixture
def machine(machine_with: OpenMachine) -> Machine:
    """An embedded Batch with room for a job and a witness."""
    return machine_with(vcpus=2)


def memory(mib: int) -> dict[str, Any]:
    """Container overrides that ask for so much memory."""
    return {"resourceRequirements": [{"type": "MEMORY", "value": str(mib)}]}


def look_passes(machine: Machine) -> None:
    """Wait until witnesses have been ended for their memory, and with them everything that ran before was looked at.

    Two, one after the other: what one look finds is ended in no certain order.
    """
    for _ in range(2):
        assert machine.run(*PYTHON, FILL, containerOverrides=memory(16))["container"]["reason"] == REASON


def test_an_attempt_above_its_limit_is_killed(machine: Machine) -> None:
    """It ends with 137 and the words of AWS, in its attempt too."""
    job = machine.run(*PYTHON, FILL, containerOverrides=memory(16))
    (attempt,) = job["attempts"]
    assert (job["status"], job["statusReason"]) == ("FAILED", "Essential container in task exited")
    assert (attempt["container"]["exitCode"], attempt["container"]["reason"]) == (137, REASON)
    assert (attempt["statusReason"], job["isTerminated"]) == ("Essential container in task exited", False)


def test_an_attempt_within_its_limit_is_let_be(machine: Machine) -> None:
    """The same program runs on where it may use more."""
    job_id = machine.submit(*PYTHON, FILL, containerOverrides=memory(128))
    machine.printed(machine.running(job_id), "filled")
    look_passes(machine)
    assert machine.job(job_id)["status"] == "RUNNING"


def test_shared_memory_counts_once(machine: Machine) -> None:
    """Processes that share what they use are not above a limit that they would be above one by one."""
    job_id = machine.submit(*PYTHON, SHARE, containerOverrides=memory(100))
    job = machine.running(job_id)
    machine.printed(job, "filled")
    look_passes(machine)
    assert machine.job(job_id)["status"] == "RUNNING"


@pytest.mark.parametrize(
    "how",
    ["{python} '{fill}' & {python} '{fill}' & wait", "setsid {python} '{fill}' & exec {python} '{fill}'"],
    ids=["in the background", "in a session of its own"],
)
def test_all_processes_of_an_attempt_count_together(machine: Machine, how: str) -> None:
    """Two that are within the limit each are above it together, wherever they run."""
    script = how.format(python=" ".join(PYTHON), fill=FILL.replace("'", '"'))
    job = machine.run("sh", "-c", script, containerOverrides=memory(70))
    assert job["container"]["reason"] == REASON


def test_an_orphan_of_an_attempt_counts(machine: Machine) -> None:
    """A process that left its session, and whose parent has ended, is told by its token."""
    fill = FILL.replace("'", '"')
    script = f"(setsid {' '.join(PYTHON)} '{fill}' &) ; exec sleep 600"
    assert machine.run("sh", "-c", script, containerOverrides=memory(30))["container"]["reason"] == REASON


def test_a_job_out_of_memory_is_retried_as_its_strategy_says(machine: Machine) -> None:
    """A rule on the reason lets it try again; without memory enough it ends the same way."""
    rules = [{"onReason": "OutOfMemoryError*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]
    strategy = {"attempts": 2, "evaluateOnExit": rules}
    job = machine.run(*PYTHON, FILL, containerOverrides=memory(16), retryStrategy=strategy)
    assert [attempt["container"]["reason"] for attempt in job["attempts"]] == [REASON, REASON]


def test_each_node_has_its_own_limit(machine_with: OpenMachine) -> None:
    """What the other nodes of a job asked for is not a node's to use."""
    machine = machine_with(vcpus=gangs.NODES)
    fill = FILL.replace("'", '"')
    gangs.register(machine, main="exec sleep 600", others=f"exec {' '.join(PYTHON)} '{fill}'")
    job_id = gangs.submit(machine)
    assert machine.ended(f"{job_id}#0")["container"]["reason"] == REASON


def test_nothing_of_a_killed_attempt_runs_on(machine: Machine) -> None:
    """What had left the session ends with the attempt: the next job finds the machine empty."""
    fill = FILL.replace("'", '"')
    job = machine.run(
        "sh",
        "-c",
        f"setsid sh -c 'echo $$; exec sleep 61' & exec {' '.join(PYTHON)} '{fill}'",
        containerOverrides=memory(30),
    )
    (line, _) = machine.lines(job)
    assert not is_alive(int(line))
