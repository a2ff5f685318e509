"""Whose a process is, and what it uses."""

from __future__ import annotations

import os

from batchplane_local.batch.machine.processes import Process, by_session, processes, proportional

ME = os.getpid()
#: The leader of the one session that is asked for.
LEADER = Process(pid=10, parent=ME, session=10, resident=1)


def tree(*others: Process, orphans: tuple[int, ...] = ()) -> list[int]:
    """The ids of the processes that belong to the session's attempt; `orphans` carry its token."""
    found = {process.pid: process for process in (LEADER, *others)}
    trees = by_session(found, {LEADER.session}, lambda pid: LEADER.session if pid in orphans else None)
    return [process.pid for process in trees[LEADER.session]]


def test_whoever_is_in_the_session_belongs_to_it() -> None:
    """Whoever its parent is."""
    assert tree(Process(11, 1, 10, 1)) == [10, 11]


def test_what_left_the_session_belongs_to_its_ancestors() -> None:
    """A child of a child, each in a session of its own."""
    assert tree(Process(12, 11, 12, 1), Process(11, 10, 11, 1)) == [10, 12, 11]


def test_an_orphan_is_told_by_its_token() -> None:
    """And so is what it has started; another child of this process is nobody's."""
    family = (Process(11, ME, 11, 1), Process(12, 11, 12, 1), Process(13, ME, 13, 1))
    assert tree(*family, orphans=(11,)) == [10, 11, 12]


def test_strangers_belong_to_nobody() -> None:
    """This process itself and its parents among them."""
    assert tree(Process(1, 0, 1, 1), Process(ME, 1, 1, 1), Process(11, 1, 11, 1), Process(12, 99, 12, 1)) == [10]


def test_a_circle_of_parents_comes_to_an_end() -> None:
    """/proc is read line by line, and an id may be used again in between."""
    assert tree(Process(11, 12, 11, 1), Process(12, 11, 12, 1)) == [10]


def test_what_is_proportional_is_at_most_what_is_resident() -> None:
    """This process shares its libraries with others of its kind, or at the least with nobody."""
    used = proportional(processes()[ME])
    assert 0 < used <= processes()[ME].resident


def test_a_process_that_is_gone_uses_nothing() -> None:
    """It may end between two questions."""
    assert proportional(Process(pid=2**22 + 1, parent=1, session=1, resident=1)) == 0
