"""Lives end at any moment while arrays are ended in slices: what was asked is done, once, and nothing is revived."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchplane_local.batch.jobs.detail import Moment
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.submission import Submission
from tests.local.batch.ledgers import NOW
from tests.local.batch.lives import Lives

SLICE, SIZE = 2, 7
REASON = "terminated by a test"
#: More slices than any of these endings takes.
MOST_SLICES = 60
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["array", "sequential", "n_to_n", "after", "start", "start", "end", "terminate", "go on", "commit", "die"]
        ),
        st.integers(min_value=0, max_value=30),
        st.integers(min_value=0, max_value=30),
    ),
    max_size=40,
)


def moments(lives: Lives) -> list[Moment]:
    """Every job that was ever accepted, children beside their parents."""
    ids = [[job_id, *(f"{job_id}:{index}" for index in range(SIZE))] for job_id in lives.job_ids]
    return lives.reading.moments([each for family in ids for each in family])


def endings(lives: Lives) -> Counter[int]:
    """How often each job was told to have ended, by its row; nothing was delivered yet."""
    told = lives.reading.outbox(0, 100_000)
    return Counter(transition.job for transition in told if transition.status in (Status.SUCCEEDED, Status.FAILED))


def family_of(lives: Lives, kind: str) -> list[Submission]:
    """An array of some kind, one whose children wait for its children, and a job that waits for all of it."""
    array = lives.submit(size=SIZE, attempts=3, depends_on=[{"type": "SEQUENTIAL"}] if kind == "sequential" else [])
    counterparts = lives.submit(size=SIZE, depends_on=[{"jobId": array.job_id, "type": "N_TO_N"}])
    return [array, counterparts, lives.submit(depends_on=[{"jobId": array.job_id}])]


@pytest.mark.parametrize("kind", ["plain", "sequential"])
def test_a_kill_at_any_step_of_an_ending_leaves_nothing_undone(kind: str, tmp_path: Path) -> None:
    """For each number of slices before it: every child ends, with the reason, and is told of once; none starts."""
    for killed_after in range(MOST_SLICES):
        folder = tmp_path / str(killed_after)
        folder.mkdir()
        with closing(Lives(folder, slice_steps=SLICE)) as lives:
            array, *dependents = family_of(lives, kind)
            running = lives.start()
            lives.terminate(array.job_id)
            begun = list(lives.begun)
            slices = 0
            while lives.ledger.is_behind and slices < killed_after:
                lives.go_on()
                slices += 1
            lives.die()
            lives.drain()
            found = {moment.job_id: moment.row for moment in moments(lives)}
            told, after = endings(lives), list(lives.begun)

        children = [found[f"{array.job_id}:{index}"] for index in range(SIZE)]
        assert running is not None
        assert (begun, {Status.FAILED}) == (after, {row.status for row in found.values()})
        assert {(REASON, True)} == {(row.status_reason, row.is_terminated) for row in [found[array.job_id], *children]}
        assert {"Dependent Job failed"} == {found[f"{each.job_id}"].status_reason for each in dependents[1:]}
        assert {1} == set(told.values())
        assert len(found) == len(told)
        if slices < killed_after:
            return
    raise AssertionError(f"an ending takes more than {MOST_SLICES} slices")


@pytest.mark.parametrize("exit_code", [0, 1])
@pytest.mark.parametrize("kind", ["plain", "n_to_n"])
def test_what_waited_for_a_job_is_told_of_its_end_by_the_next_life(kind: str, exit_code: int, tmp_path: Path) -> None:
    """A job ends, and its life with it, before or while those that wait for it are told: they go on, or fail."""
    for killed_after in range(MOST_SLICES):
        folder = tmp_path / str(killed_after)
        folder.mkdir()
        with closing(Lives(folder, slice_steps=SLICE)) as lives:
            first = lives.submit(size=SIZE if kind == "n_to_n" else None)
            after = {"jobId": first.job_id, **({"type": "N_TO_N"} if kind == "n_to_n" else {})}
            waiting = lives.submit(size=SIZE, depends_on=[after])
            slices = 0
            for _ in first.positions:
                attempt = lives.start()
                assert attempt is not None
                lives.end(attempt, exit_code)
            lives.commit()
            while lives.ledger.is_behind and slices < killed_after:
                lives.go_on()
                slices += 1
            lives.die()
            lives.drain()
            found, told = lives.reading.moments([waiting.job_id]), endings(lives)

        assert [Status.FAILED if exit_code else Status.SUCCEEDED] == [moment.row.status for moment in found]
        assert {1} == set(told.values())
        if slices < killed_after:
            return
    raise AssertionError(f"telling takes more than {MOST_SLICES} slices")


def step(lives: Lives, what: str, which: int, how: int) -> None:
    """One thing happens."""
    attempts = list(lives.ledger.attempts.values())
    earlier = lives.job_ids[which % len(lives.job_ids)] if lives.job_ids else None
    if what in ("array", "sequential"):
        lives.submit(size=SIZE, attempts=1 + how % 3, depends_on=[{"type": "SEQUENTIAL"}] * (what == "sequential"))
    elif what in ("n_to_n", "after") and earlier:
        kind = {"type": "N_TO_N"} if what == "n_to_n" else {}
        lives.submit(size=SIZE, depends_on=[{"jobId": earlier, **kind}])
    elif what == "start":
        lives.start()
    elif what == "end" and attempts:
        lives.end(attempts[which % len(attempts)], how % 2)
    elif what == "terminate" and earlier:
        lives.terminate(earlier)
    elif what == "go on":
        lives.go_on()
    elif what == "commit":
        lives.commit()
    elif what == "die":
        lives.die()


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_is_killed_when_every_job_ends_once(steps: list[tuple[str, int, int]]) -> None:
    """No job is lost or ends twice, no attempt begins twice, and a parent is what its children made it."""
    with tempfile.TemporaryDirectory() as folder, closing(Lives(Path(folder), slice_steps=SLICE)) as lives:
        for what, which, how in steps:
            step(lives, what, which, how)
        lives.die()
        lives.drain()
        found, told, whole = moments(lives), endings(lives), lives.ledger.claim(NOW)

    assert {moment.row.status.is_terminal for moment in found} <= {True}
    assert (len(found), set(told.values()) <= {1}) == (len(told), True)
    assert (len(lives.begun), whole) == (len(set(lives.begun)), None)
    parents = [found[first : first + 1 + SIZE] for first in range(0, len(found), 1 + SIZE)]
    for parent, *children in parents:
        failed = Status.FAILED in [child.row.status for child in children]
        assert parent.row.status is (Status.FAILED if failed else Status.SUCCEEDED)
