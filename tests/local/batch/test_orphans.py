"""Whose child an orphan is: an attempt's, or another's of this process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing

import pytest

from batchplane_local.batch.machine.orphans import TOKEN, Orphans
from tests.local.batch.machine import is_alive
from tests.waiting import wait_until

FOLDER = "f" * 32
SLEEP = ["/bin/sleep", "60"]


@pytest.fixture
def orphans() -> Iterator[Orphans]:
    """Those of a folder in which nothing runs."""
    with closing(Orphans(FOLDER, lambda task_id, session: False)) as found:
        yield found


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A child of this process that no attempt has left, past its exec."""
    with subprocess.Popen(SLEEP, env={}) as process:
        yield process
        process.kill()


def test_others_children_are_looked_at_no_more(orphans: Orphans, stranger: subprocess.Popen[bytes]) -> None:
    """Two looks that find nothing of an attempt's are enough."""
    before = orphans.exist()
    for _ in range(2):
        orphans.end(set())
    assert (before, orphans.exist(), stranger.poll()) == (True, False, None)


def test_a_new_child_is_looked_at(orphans: Orphans, stranger: subprocess.Popen[bytes]) -> None:
    """Beside others' children, an attempt's orphan is found and ended."""
    for _ in range(2):
        orphans.end(set())
    with subprocess.Popen(SLEEP, env={TOKEN: f"{FOLDER}/{'0' * 32}"}) as left:
        existed = orphans.exist()
        wait_until(lambda: orphans.end(set()), "the orphan is ended")
    assert (existed, is_alive(left.pid), stranger.poll()) == (True, False, None)
