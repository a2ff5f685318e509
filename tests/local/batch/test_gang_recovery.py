"""Lives end at any moment, and what the next makes of multi-node parallel jobs: none lost, no attempt begun twice."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from batchplane_local.batch.names import split_job_id
from tests.local.batch.ledgers import NOW
from tests.local.batch.lives import VCPUS, Lives

#: A step: what is done, and two numbers that say to which job and how.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["gang", "single", "start", "start", "start", "end", "end", "terminate", "commit", "die"]),
        st.integers(min_value=0, max_value=30),
        st.integers(min_value=0, max_value=30),
    ),
    max_size=40,
)


def step(lives: Lives, what: str, which: int, how: int) -> None:
    """One thing happens."""
    attempts = list(lives.ledger.attempts.values())
    if what in ("gang", "single"):
        nodes = 1 + how % VCPUS if what == "gang" else 0
        lives.submit(nodes=nodes, main_node=which % nodes if nodes else 0, attempts=1 + which % 4)
    elif what == "start":
        lives.start()
    elif what == "end" and attempts:
        lives.end(attempts[which % len(attempts)], how % 2)
    elif what == "terminate" and lives.job_ids:
        lives.terminate(lives.job_ids[which % len(lives.job_ids)])
    elif what == "commit":
        lives.commit()
    elif what == "die":
        lives.die()


@settings(max_examples=60)
@given(STEPS)
def test_no_job_is_lost_and_no_attempt_begins_twice(steps: list[tuple[str, int, int]]) -> None:
    """Whatever is killed when: every job ends, with its nodes, and each attempt of each of them began at most once."""
    with tempfile.TemporaryDirectory() as folder:
        lives = Lives(Path(folder))
        try:
            for what, which, how in steps:
                step(lives, what, which, how)
            lives.die()
            lives.drain()
            moments = lives.reading.moments(_with_nodes(lives))
            whole = lives.ledger.claim(NOW)
        finally:
            lives.close()
    assert len(lives.begun) == len(set(lives.begun))
    assert {moment.row.status.is_terminal for moment in moments} <= {True}
    assert [moment.job_id for moment in moments if not _is_on_record(moment.attempts, moment.row.attempts)] == []
    assert whole is None


def _with_nodes(lives: Lives) -> list[str]:
    """The ids of all jobs and, whether there are so many or not, of as many nodes as a job may have here."""
    ids = [job_id for job_id in lives.job_ids if split_job_id(job_id)]
    return ids + [f"{job_id}#{node}" for job_id in ids for node in range(VCPUS)]


def _is_on_record(attempts: tuple[object, ...], number: int) -> bool:
    """Every attempt that a job says it had has a row of its own."""
    return len(attempts) == number
