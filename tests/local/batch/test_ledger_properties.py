"""What holds of jobs whatever happens to them, in whatever order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from batchplane_local.batch.jobs.live import Live
from batchplane_local.batch.jobs.status import Status
from tests.local.batch.ledgers import Played

#: Where a job may go from where it is.
LEGAL = {
    None: {Status.PENDING, Status.RUNNABLE},
    Status.PENDING: {Status.RUNNABLE, Status.SUCCEEDED, Status.FAILED},
    Status.RUNNABLE: {Status.STARTING, Status.FAILED},
    Status.STARTING: {Status.RUNNING, Status.RUNNABLE, Status.FAILED},
    Status.RUNNING: {Status.RUNNABLE, Status.SUCCEEDED, Status.FAILED},
}
VCPUS = 3
MOST_ATTEMPTS = 3
#: A step: what is done, and two numbers that say to which job and how.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["single", "array", "sequential", "n_to_n", "start", "end", "cancel", "terminate"]),
        st.integers(min_value=0, max_value=30),
        st.integers(min_value=0, max_value=30),
    ),
    max_size=40,
)


def submit(played: Played, what: str, which: int, how: int, lives: list[Live]) -> None:
    """A submission that may depend on an earlier one."""
    earlier = lives[which % len(lives)] if lives else None
    depends_on = []
    if earlier and how % 2:
        depends_on.append({"jobId": earlier.submission.job_id_at(how % len(earlier.statuses))})
    size = None if what == "single" else 2 + how % 3
    if what == "sequential":
        depends_on.append({"type": "SEQUENTIAL"})
    if what == "n_to_n" and earlier and earlier.is_array:
        size = earlier.submission.size
        depends_on.append({"jobId": earlier.submission.job_id, "type": "N_TO_N"})
    lives.append(played.submit(size=size, depends_on=depends_on, attempts=1 + how % MOST_ATTEMPTS))


def step(played: Played, what: str, which: int, how: int, lives: list[Live]) -> None:
    """One thing happens."""
    attempts = list(played.ledger.attempts.values())
    if what in ("single", "array", "sequential", "n_to_n"):
        submit(played, what, which, how, lives)
    elif what == "start":
        played.start()
    elif what == "end" and attempts:
        played.end(attempts[which % len(attempts)], exit_code=how % 2)
    elif what in ("cancel", "terminate") and lives:
        live = lives[which % len(lives)]
        request = played.cancel if what == "cancel" else played.terminate
        request(live, how % len(live.statuses))


def play(steps: list[tuple[str, int, int]]) -> tuple[Played, list[Live]]:
    """Do all steps, and then let everything come to its end."""
    played, lives = Played(vcpus=VCPUS), list[Live]()
    for what, which, how in steps:
        step(played, what, which, how, lives)
        assert len(played.ledger.attempts) <= VCPUS
    played.drain()
    return played, lives


@settings(max_examples=150)
@given(STEPS)
def test_every_job_moves_legally_and_ends(steps: list[tuple[str, int, int]]) -> None:
    """Each status follows from the one before, a terminal one is the last, and every job gets there."""
    played, _ = play(steps)
    for statuses in played.told.values():
        for before, after in zip([None, *statuses], statuses, strict=False):
            assert after in LEGAL[before]
        assert statuses[-1].is_terminal


@settings(max_examples=150)
@given(STEPS)
def test_rows_counts_and_events_agree(steps: list[tuple[str, int, int]]) -> None:
    """What is written of a job is what was told last, and an array's counts are those of its children."""
    played, lives = play(steps)
    assert {key: row.status for key, row in played.rows.items()} == {k: told[-1] for k, told in played.told.items()}
    for live in lives:
        children = [live.status(position) for position in range(1, len(live.statuses))]
        assert [children.count(status) for status in Status] == live.counts
        if live.is_array:
            assert live.status(0) == (Status.FAILED if Status.FAILED in children else Status.SUCCEEDED)


@settings(max_examples=150)
@given(STEPS)
def test_attempts_are_counted_and_bounded(steps: list[tuple[str, int, int]]) -> None:
    """A job starts as often as its row says, and never more often than its strategy allows."""
    played, lives = play(steps)
    for live in lives:
        for position in live.submission.positions:
            key = live.submission.key + position
            starts = played.told[key].count(Status.STARTING)
            assert starts == played.rows[key].attempts
            assert starts <= live.submission.retry.attempts


@settings(max_examples=150)
@given(STEPS)
def test_no_job_starts_before_its_dependency_has_succeeded(steps: list[tuple[str, int, int]]) -> None:
    """A dependent's first start comes after the end of what it depends on, which succeeded."""
    played, lives = play(steps)
    by_id = {live.submission.job_id: live for live in lives}
    for live in lives:
        for dependency in live.submission.depends_on:
            if "jobId" not in dependency or dependency.get("type"):
                continue
            parent_id, _, index = dependency["jobId"].partition(":")
            awaited = by_id[parent_id].submission.key + (int(index) + 1 if index else 0)
            for position in live.submission.positions:
                start = (live.submission.key + position, Status.STARTING)
                if start in played.order:
                    assert played.order.index((awaited, Status.SUCCEEDED)) < played.order.index(start)
