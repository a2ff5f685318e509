"""SIGTERM, SIGINT and SIGKILL, before, while and after the command runs."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import PATIENCE_SECONDS, wait_until

Start = Callable[..., Any]
TRAP = "trap 'echo caught $1 > outputs/caught; exit 5' {0}; echo ready; while :; do sleep 0.02; done"


def is_running(process: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("name", ["TERM", "INT"])
def test_a_signal_reaches_the_command_and_its_outputs_are_kept(name: str, plane: Any, start: Start) -> None:
    """The command may end in its own way; what it saves is uploaded and its exit code kept."""
    runner = start("sh", "-c", TRAP.format(name))
    assert runner.stdout.readline() == "ready\n"

    os.kill(runner.pid, getattr(signal, f"SIG{name}"))

    assert (runner.wait(PATIENCE_SECONDS), list(plane.uploads)) == (5, ["caught"])


def test_a_signal_reaches_the_whole_process_group(start: Start) -> None:
    """A command that started others does not have to pass the signal on."""
    runner = start("sh", "-c", "sleep 60 & echo $!; wait; sleep 60")
    sleeper = int(runner.stdout.readline())

    os.kill(runner.pid, signal.SIGTERM)

    assert (runner.wait(PATIENCE_SECONDS), is_running(sleeper)) == (128 + signal.SIGTERM, False)


def test_a_command_killed_by_a_signal_is_128_and_its_number(plane: Any, start: Start) -> None:
    """As a shell says it; outputs are uploaded all the same."""
    runner = start("sh", "-c", "echo 1 > outputs/o; kill -KILL $$")

    assert (runner.wait(PATIENCE_SECONDS), plane.uploads) == (128 + signal.SIGKILL, {"o": b"1\n"})


def test_a_signal_before_the_command_stops_the_run(plane: Any, start: Start) -> None:
    """A job terminated while its inputs arrive never starts its command."""
    plane.refusals = {"/runner/links": [503] * 50}
    runner = start("echo", "started")
    wait_until(lambda: plane.asked, "the plane is asked")

    os.kill(runner.pid, signal.SIGTERM)

    out, err = runner.communicate(timeout=PATIENCE_SECONDS)
    line = "batchplane: stopped by signal 15 before the command had begun\n"
    assert (runner.returncode, out, err) == (128 + signal.SIGTERM, "", line)


def test_a_signal_after_the_command_does_not_stop_the_uploads(plane: Any, start: Start) -> None:
    """The seconds between SIGTERM and SIGKILL are used."""
    plane.refusals = {"/put/o": [503]}
    runner = start("sh", "-c", "echo 1 > outputs/o; exit 6")
    wait_until(lambda: "/put/o" in plane.asked, "an output is uploaded")

    os.kill(runner.pid, signal.SIGTERM)

    assert (runner.wait(PATIENCE_SECONDS), plane.uploads) == (6, {"o": b"1\n"})


def test_the_command_does_not_outlive_a_killed_runner(start: Start) -> None:
    """SIGKILL for the runner ends the command too, where no container does it."""
    runner = start("sh", "-c", "echo $$; sleep 60; :")
    command = int(runner.stdout.readline())

    runner.kill()

    runner.wait(PATIENCE_SECONDS)
    wait_until(lambda: not is_running(command), "the command ends")
    assert is_running(command) is False
