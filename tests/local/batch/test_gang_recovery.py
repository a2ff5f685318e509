"""Lives end at any moment, and what the next makes of multi-node parallel jobs: none lost, no attempt begun twice."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from batchplane_local.batch.database.claims import Claim
from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.database.recovery import Recovery
from batchplane_local.batch.database.store import Store
from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.container import Need
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.jobs.placement import Capacity
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.machine.output import Outputs
from batchplane_local.batch.names import split_job_id
from batchplane_local.batch.resources.catalogue import Catalogue
from tests.local.batch.ledgers import EXITED, NOW, QUEUE, submission_at

VCPUS = 4
QUEUE_KEY = 1
#: A step: what is done, and two numbers that say to which job and how.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["gang", "single", "start", "start", "start", "end", "end", "terminate", "commit", "die"]),
        st.integers(min_value=0, max_value=30),
        st.integers(min_value=0, max_value=30),
    ),
    max_size=40,
)


class Lives:
    """One life of a ledger after another over one database; what isn't committed dies with its life, but for claims."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "batch.sqlite3", synchronous="NORMAL")
        self.reading = Reading(folder / "batch.sqlite3")
        self.ledger = self.born()
        self.claims: list[Claim] = []
        self.job_ids: list[str] = []
        #: Row and number of every attempt that was begun in any life.
        self.begun: list[tuple[int, int]] = []
        self._next_key = 1

    def born(self) -> Ledger:
        """A ledger that knows nothing yet."""
        machine = Need(milli_vcpus=VCPUS * 1000, memory=1 << 20)
        ledger = Ledger(capacity=Capacity(machine=machine), history=self.reading)
        ledger.serve((QUEUE,))
        return ledger

    def submit(self, *, nodes: int, main_node: int, attempts: int) -> None:
        """Accept a job; its answer is given when it is on disk."""
        submission = submission_at(self._next_key, nodes=nodes, main_node=main_node, attempts=attempts)
        self._next_key += 1 + submission.last_position
        self.ledger.accept(submission, QUEUE_KEY, NOW)
        self.job_ids.append(submission.job_id)
        self.commit()

    def start(self) -> Attempt | None:
        """Begin the next attempt that fits; its claim is on disk before it runs."""
        attempt = self.ledger.claim(NOW)
        if attempt is not None:
            self.begun.append((attempt.key, attempt.number))
            self.claims.append(Claim(job=attempt.key, attempt=attempt.number, slot=1, environment=0))
            self.ledger.run(attempt, NOW)
        return attempt

    def end(self, attempt: Attempt, exit_code: int) -> None:
        """An attempt's process has ended."""
        self.ledger.end(attempt, Ending(exit_code=exit_code, reason=None, status_reason=EXITED), NOW)

    def terminate(self, job_id: str) -> None:
        """TerminateJob, answered when it is on disk."""
        if live := self.ledger.lives.get(job_id):
            self.ledger.terminate(live, 0, "terminated by a test", NOW)
            self.commit()

    def commit(self) -> None:
        """Write what has changed."""
        changes = self.ledger.take_changes()
        self.store.commit(changes)
        self.ledger.forget(changes.ended)
        self.claims = []

    def die(self) -> None:
        """This life ends, and the next begins."""
        self.ledger = self.born()
        recovery = Recovery(
            reading=self.reading,
            catalogue=Catalogue([]),
            ledger=self.ledger,
            outputs=Outputs(self.folder / "logs", self.reading, lambda: NOW),
            slots_folder=self.folder / "slots",
            folder_id="0" * 32,
        )
        recovery.recover(self.claims, NOW)
        self.commit()

    def drain(self) -> None:
        """Run everything that can run to its end."""
        for _ in range(10_000):
            attempt = next(iter(self.ledger.attempts.values()), None) or self.start()
            if attempt is None:
                return self.commit()
            self.end(attempt, 0)
        raise AssertionError("there is no end of attempts")

    def close(self) -> None:
        """Close the database."""
        self.reading.close()
        self.store.close()


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


@settings(max_examples=60, deadline=None)
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
