"""One life of a ledger after another over one database, moved by hand: no process and no time but the one given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from batchplane_local.batch.database.claims import Claim
from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.database.recovery import Recovery
from batchplane_local.batch.database.store import Store
from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.container import Need
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.jobs.placement import Capacity
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.jobs.submission import Submission
from batchplane_local.batch.jobs.transitions import SLICE
from batchplane_local.batch.machine.output import Outputs
from batchplane_local.batch.resources.catalogue import Catalogue
from tests.local.batch.ledgers import EXITED, NOW, QUEUE, submission_at

VCPUS = 4
QUEUE_KEY = 1


class Lives:
    """One life of a ledger after another over one database; what isn't committed dies with its life, but for claims."""

    def __init__(self, folder: Path, *, slice_steps: int = SLICE) -> None:
        self.folder = folder
        self.slice_steps = slice_steps
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
        ledger = Ledger(capacity=Capacity(machine=machine), history=self.reading, slice_steps=self.slice_steps)
        ledger.serve((QUEUE,))
        return ledger

    def submit(self, **members: Any) -> Submission:
        """Accept a job of these members; its answer is given when it is on disk."""
        submission = submission_at(self._next_key, **members)
        self._next_key += 1 + submission.last_position
        self.ledger.accept(submission, QUEUE_KEY, NOW)
        self.job_ids.append(submission.job_id)
        self.commit()
        return submission

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
        """TerminateJob, answered when it is on disk; what comes of it is left to be done."""
        if live := self.ledger.lives.get(job_id):
            self.ledger.terminate(live, 0, "terminated by a test", NOW)
            self.commit()

    def go_on(self) -> None:
        """A slice of what is left to do, and its commit."""
        self.ledger.go_on(NOW)
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
            if attempt is not None:
                self.end(attempt, 0)
            elif self.ledger.is_behind:
                self.go_on()
            else:
                return self.commit()
        raise AssertionError("there is no end of attempts")

    def close(self) -> None:
        """Close the database."""
        self.reading.close()
        self.store.close()
