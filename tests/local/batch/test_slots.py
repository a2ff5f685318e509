"""Whatever a job does to the folder it runs in, the next one has a clean one, and the embedded Batch goes on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batchplane_local.batch.machine.slots import Slots
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import Machine
from tests.waiting import wait_until

#: What the next job says of its directory: its mode, what lies in it.
LOOK = ["sh", "-c", "stat -c %a . && ls -A"]


@pytest.mark.parametrize(
    "spoil",
    [
        "touch left",
        "touch left && rm left",
        "chmod 500 .",
        "chmod 000 .",
        "chmod 500 ..",
        "mkdir -p a/b && touch a/b/c && chmod 500 a/b a",
        "cd .. && rmdir work",
        "cd .. && rmdir work && touch work",
        "cd .. && rmdir work && ln -s /tmp work",
        "cd .. && mv work elsewhere && mkdir work",
        "rm ../log",
        "rm ../log && head -c 100000 /dev/zero",
        "rm -rf ../../../logs && head -c 100000 /dev/zero",
        "rm -rf ../../../trash && touch left",
        "mv ../../../slots ../../../slots2 && touch left",
        "rm -rf ../../../slots",
    ],
)
def test_the_next_job_has_a_clean_folder(machine: Machine, spoil: str) -> None:
    """Beside what it deserves, nothing happens; and the next life opens the folder as any other."""
    first, second = machine.run("sh", "-c", spoil), machine.run(*LOOK)
    lines = machine.lines(second)
    machine.close()
    machine.open()
    again = machine.lines(machine.run(*LOOK))
    assert (first["status"], lines, again) == ("SUCCEEDED", ["700"], ["700"])


def test_what_is_in_the_trash_does_not_hinder_the_next_life(machine: Machine) -> None:
    """Not even under the name that a process with the same id would give it."""
    machine.close()
    for name in ("1", f"{os.getpid()}-1", f"{os.getpid()}-2"):
        (machine.folder / "trash" / name).mkdir()
        (machine.folder / "trash" / name / "kept").touch()
    (machine.folder / "slots" / "1").mkdir(exist_ok=True)
    machine.open()
    assert machine.run("true")["status"] == "SUCCEEDED"
    wait_until(lambda: not list((machine.folder / "trash").iterdir()), "the trash is empty")


def test_a_folder_that_can_not_be_moved_keeps_its_number(tmp_path: Path) -> None:
    """The slots of the next life are numbered around it."""
    (tmp_path / "slots" / "1").mkdir(parents=True)
    slots = Slots(tmp_path)
    first = slots.take()
    slots.give_back(first, has_output=False)
    slots.close()
    assert first.number == 2


def test_a_directory_that_was_touched_within_its_first_moment_is_not_used_again(machine_with: OpenMachine) -> None:
    """A change may have the very time at which the directory was made."""
    machine = machine_with(vcpus=4)
    jobs = [machine.submit("touch", "left") for _ in range(8)]
    for job in jobs:
        machine.ended(job)
    assert [machine.lines(machine.run(*LOOK)) for _ in range(5)] == [["700"]] * 5
