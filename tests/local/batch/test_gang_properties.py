"""What holds of multi-node parallel jobs whatever happens to them and around them, in whatever order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.live import Live
from batchplane_local.batch.jobs.status import Status
from tests.local.batch.ledgers import Played

VCPUS = 5
#: A step: what is done, and two numbers that say to which job and how.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["gang", "gang", "single", "start", "start", "start", "end", "end", "cancel", "terminate"]),
        st.integers(min_value=0, max_value=30),
        st.integers(min_value=0, max_value=30),
    ),
    max_size=50,
)
#: Where a node may go from where it is; its job is retried out of an end of its own.
LEGAL = {
    None: {Status.PENDING, Status.RUNNABLE},
    Status.PENDING: {Status.RUNNABLE, Status.FAILED},
    Status.RUNNABLE: {Status.STARTING, Status.FAILED, Status.RUNNABLE},
    Status.STARTING: {Status.RUNNING, Status.FAILED},
    Status.RUNNING: {Status.SUCCEEDED, Status.FAILED},
    Status.SUCCEEDED: {Status.RUNNABLE},
    Status.FAILED: {Status.RUNNABLE},
}
Steps = list[tuple[str, int, int]]


def step(played: Played, what: str, which: int, how: int, lives: list[Live]) -> None:
    """One thing happens."""
    attempts = list(played.ledger.attempts.values())
    if what in ("gang", "single"):
        depends_on = [{"jobId": lives[which % len(lives)].submission.job_id}] if lives and how % 3 == 0 else []
        nodes = 1 + how % 4 if what == "gang" else 0
        main_node = which % nodes if nodes else 0
        lives.append(played.submit(nodes=nodes, main_node=main_node, attempts=1 + which % 3, depends_on=depends_on))
    elif what == "start":
        played.start()
    elif what == "end" and attempts:
        played.end(attempts[which % len(attempts)], exit_code=how % 2)
    elif what in ("cancel", "terminate") and lives:
        (played.cancel if what == "cancel" else played.terminate)(lives[which % len(lives)])


def play(steps: Steps) -> tuple[Played, list[Live]]:
    """Do all steps, and then let everything come to its end."""
    played, lives = Played(vcpus=VCPUS), list[Live]()
    for what, which, how in steps:
        step(played, what, which, how, lives)
        assert len(played.ledger.attempts) <= VCPUS
    played.drain()
    return played, lives


def gangs(lives: list[Live]) -> list[Live]:
    """The multi-node parallel jobs."""
    return [live for live in lives if live.is_multi_node]


def place_in_order(played: Played, key: int, status: Status) -> list[int]:
    """When a job got a status, as places in the order of all events."""
    return [place for place, told in enumerate(played.order) if told == (key, status)]


@settings(max_examples=150)
@given(STEPS)
def test_a_gang_ends_once(steps: Steps) -> None:
    """The job has exactly one terminal status, its last, and when it has it every node has one."""
    played, lives = play(steps)
    for live in gangs(lives):
        told = played.told[live.submission.key]
        assert [status.is_terminal for status in told] == [False] * (len(told) - 1) + [True]
        assert all(live.status(node).is_terminal for node in live.submission.nodes)


@settings(max_examples=150)
@given(STEPS)
def test_nodes_move_legally(steps: Steps) -> None:
    """Each status of a node follows from the one before, and it runs at most once in each attempt."""
    played, lives = play(steps)
    for live in gangs(lives):
        for node in live.submission.nodes:
            told = played.told[live.submission.key + node]
            for before, after in zip([None, *told], told, strict=False):
                assert after in LEGAL[before]
            assert told.count(Status.STARTING) <= played.rows[live.submission.key].attempts


@settings(max_examples=150)
@given(STEPS)
def test_no_node_begins_before_the_main_one_runs_or_outlives_the_job(steps: Steps) -> None:
    """Nodes begin while the job is RUNNING, and their last event comes before the job's."""
    played, lives = play(steps)
    for live in gangs(lives):
        job, main = live.submission.key, live.submission.key + live.submission.main_position
        runs = place_in_order(played, main, Status.RUNNING)
        ends = place_in_order(played, main, Status.SUCCEEDED) + place_in_order(played, main, Status.FAILED)
        for node in live.submission.nodes:
            for start in place_in_order(played, job + node, Status.STARTING) if job + node != main else ():
                assert sum(place < start for place in runs) == sum(place < start for place in ends) + 1
        assert max(place for place, (key, _) in enumerate(played.order) if key in _rows(live)) == _end(played, live)


@settings(max_examples=150)
@given(STEPS)
def test_the_job_is_what_its_main_node_made_it(steps: Steps) -> None:
    """SUCCEEDED where the main node is, and FAILED where it is; it says the same of both."""
    played, lives = play(steps)
    for live in gangs(lives):
        job = played.rows[live.submission.key]
        assert job == played.rows[live.submission.key + live.submission.main_position]


@settings(max_examples=150)
@given(STEPS)
def test_the_main_node_s_end_names_every_node_that_runs(steps: Steps) -> None:
    """What comes back to be ended is what has begun and hasn't ended; nothing but a main node's end ends others."""
    played, lives = Played(vcpus=VCPUS), list[Live]()
    for what, which, how in steps:
        attempts = list(played.ledger.attempts.values())
        if what != "end" or not attempts:
            step(played, what, which, how, lives)
            continue
        attempt = attempts[which % len(attempts)]
        others = [each for each in attempts if each.live is attempt.live and each is not attempt]
        assert played.end(attempt, exit_code=how % 2) == (others if _is_main_of_gang(attempt) else [])


@settings(max_examples=150)
@given(STEPS)
def test_the_machine_is_free_again(steps: Steps) -> None:
    """When everything has ended, a job that needs all of it is placed."""
    played, _ = play(steps)
    whole = played.submit(nodes=VCPUS)
    assert [played.start() is not None for _ in range(VCPUS + 1)] == [True] * VCPUS + [False]
    assert played.status(whole) == Status.RUNNING


def _is_main_of_gang(attempt: Attempt) -> bool:
    return attempt.live.is_multi_node and attempt.position == attempt.live.submission.main_position


def _rows(live: Live) -> range:
    return range(live.submission.key, live.submission.key + 1 + live.submission.last_position)


def _end(played: Played, live: Live) -> int:
    return played.order.index((live.submission.key, live.status(0)))
