"""What holds of pruning whatever is submitted, ends, is delivered, and begins anew, in whatever order."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from batchplane_local.batch.database.pruning import SEARCH_EVERY, Pruning
from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.database.recovery import Recovery
from batchplane_local.batch.database.store import Store
from batchplane_local.batch.job_operations import Keys
from batchplane_local.batch.jobs.changes import LogRow
from batchplane_local.batch.jobs.container import Need
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.jobs.placement import Capacity
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.jobs.submission import Submission
from batchplane_local.batch.machine.output import Outputs
from batchplane_local.batch.resources.catalogue import Catalogue
from tests.local.batch.ledgers import EXITED, NOW, QUEUE, submission_at
from tests.waiting import wait_until

DAY = 86_400_000
KEEP_DAYS = 2
TABLES = ("submission", "job", "attempt", "log", "summary", "pruned", "outbox")
KINDS = ["single", "array", "nodes", "after"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*KINDS, "start", "end", "terminate", "deliver", "pass", "look", "restart"]),
        st.integers(min_value=0, max_value=30),
    ),
    min_size=20,
    max_size=40,
)


class Kept:
    """An embedded Batch without processes, moved by hand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.now = NOW
        self.submissions: list[Submission] = []
        #: When each submission's last job ended, by its id.
        self.ended_at: dict[str, int] = {}
        self._life = ExitStack()
        self._open()

    def submit(self, kind: str, which: int) -> None:
        """A submission of some kind; `after` waits for an earlier one that hasn't been pruned."""
        known = [each for each in self.submissions if self.reading.key_of(each.job_id)]
        if kind == "after" and not known:
            return
        depends_on = [{"jobId": known[which % len(known)].job_id}] if kind == "after" else []
        size, nodes = {"array": (2 + which % 3, 0), "nodes": (None, 2)}.get(kind, (None, 0))
        key = self._keys.next
        assert all(key > each.key + each.last_position for each in self.submissions)
        submission = replace(submission_at(key, size=size, nodes=nodes, depends_on=depends_on), created_at=self.now)
        self.ledger.accept(submission, QUEUE.key, self.now)
        self._keys.draw(1 + submission.last_position)
        self.submissions.append(submission)

    def start(self) -> None:
        """The next attempt, where there is one that fits."""
        attempt = self.ledger.claim(self.now)
        if attempt is not None:
            self.ledger.run(attempt, self.now)

    def end(self, which: int) -> None:
        """An attempt ends, well or not, and leaves a log in a row, or one in a file, or none."""
        attempts = list(self.ledger.attempts.values())
        if not attempts:
            return
        attempt = attempts[which % len(attempts)]
        if which % 3:
            body = b"hello\n" if which % 3 == 1 else None
            self.ledger.changes.logs.append(
                LogRow(attempt.key, attempt.number, self.now, self.now, f"[[{self.now}, 6]]", body)
            )
        if which % 3 == 2:
            (self._folder / "logs" / f"{attempt.key}-{attempt.number}").write_text("hello\n")
        self.ledger.end(attempt, Ending(exit_code=which % 2, reason=None, status_reason=EXITED), self.now)

    def terminate(self, which: int) -> None:
        """TerminateJob of an unfinished submission."""
        lives = list(self.ledger.lives.values())
        if lives:
            self.ledger.terminate(lives[which % len(lives)], 0, "enough", self.now)

    def deliver(self) -> None:
        """The consumer takes everything."""
        ((last,),) = self.reading.ask("SELECT coalesce(max(last), 0) FROM outbox")
        self.ledger.changes.delivered = last

    def look(self, times: int = 1) -> bool:
        """Some looks at what is to be pruned; True where there is more to do."""
        more = False
        for _ in range(times):
            more = self.pruning.look(self.now)
            self.commit()
        return more

    def restart(self) -> None:
        """Another life, that takes up what this one left."""
        self._life.close()
        self._open()

    def commit(self) -> None:
        """Write what has happened, as the engine does."""
        changes = self.ledger.take_changes()
        if changes:
            self._store.commit(changes)
            self.ended_at |= dict.fromkeys(changes.ended, self.now)
            self.ledger.forget(changes.ended)

    def counts(self) -> dict[str, int]:
        """Rows by table, and files of logs, where there are any."""
        found = {table: self.reading.ask(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}  # noqa: S608 - our own words
        found["files"] = len(list((self._folder / "logs").iterdir()))
        return {name: count for name, count in found.items() if count}

    def close(self) -> None:
        """End the last life."""
        self._life.close()

    def _open(self) -> None:
        path = self._folder / "batch.sqlite3"
        self._store = self._life.enter_context(closing(Store(path, synchronous="NORMAL")))
        self.reading = self._life.enter_context(closing(Reading(path)))
        outputs = self._life.enter_context(closing(Outputs(self._folder / "logs", self.reading, lambda: self.now)))
        self.ledger = Ledger(capacity=Capacity(machine=Need(milli_vcpus=3000, memory=64)), history=self.reading)
        self.ledger.serve((QUEUE,))
        recovery = Recovery(
            reading=self.reading,
            catalogue=Catalogue((), last_key=0),
            ledger=self.ledger,
            outputs=outputs,
            slots_folder=self._folder / "slots",
            folder_id=self._store.task_ids.folder,
        )
        recovery.recover((), self.now)
        self.commit()
        self._keys = Keys(self._store.last_key)
        self.pruning = Pruning(reading=self.reading, ledger=self.ledger, outputs=outputs, keep_days=KEEP_DAYS)


def step(kept: Kept, what: str, which: int) -> None:
    """One thing happens."""
    match what:
        case "start":
            kept.start()
        case "end":
            kept.end(which)
        case "terminate":
            kept.terminate(which)
        case "deliver":
            kept.deliver()
        case "pass":
            kept.now += which * DAY // 4
        case "look":
            kept.look(1 + which % 4)
        case "restart":
            kept.restart()
        case _:
            kept.submit(what, which)
    kept.commit()


def rows_of(kept: Kept, submission: Submission) -> int:
    """How many of a submission's jobs are known."""
    ids = [submission.job_id_at(position) for position in range(1 + submission.last_position)]
    return len(kept.reading.moments(ids))


def check_that_young_ones_are_kept(kept: Kept) -> None:
    """Every job is there that hasn't ended, or ended less than the time ago for which it is kept."""
    for submission in kept.submissions:
        ended_at = kept.ended_at.get(submission.job_id)
        if ended_at is None or ended_at > kept.now - KEEP_DAYS * DAY:
            assert 1 + submission.last_position == rows_of(kept, submission)
        else:
            # Pruned or not: as a whole.
            assert rows_of(kept, submission) in (0, 1 + submission.last_position)


def come_to_an_end(kept: Kept) -> None:
    """Everything ends and is delivered, and the time passes for which it is kept."""
    for live in list(kept.ledger.lives.values()):
        kept.ledger.terminate(live, 0, "the end", kept.now)
    while kept.ledger.attempts or kept.ledger.is_behind:
        kept.ledger.go_on(kept.now)
        kept.end(0)
    kept.commit()
    kept.deliver()
    kept.commit()
    kept.now += KEEP_DAYS * DAY + SEARCH_EVERY


@settings(max_examples=40)
@given(STEPS)
def test_what_is_young_is_kept_and_what_is_old_goes_without_a_trace(steps: list[tuple[str, int]]) -> None:
    """At every moment nothing is missing, and in the end nothing is left, in no table and no folder."""
    with tempfile.TemporaryDirectory() as name, closing(Kept(Path(name))) as kept:
        for what, which in steps:
            step(kept, what, which)
            check_that_young_ones_are_kept(kept)
        come_to_an_end(kept)
        wait_until(lambda: not kept.look(), "all is pruned")
        assert {} == kept.counts()


@settings(max_examples=40)
@given(STEPS)
def test_what_has_not_been_delivered_is_kept(steps: list[tuple[str, int]]) -> None:
    """Every transition in the outbox is of a job that is known."""
    with tempfile.TemporaryDirectory() as name, closing(Kept(Path(name))) as kept:
        for what, which in steps:
            step(kept, what, which)
            waiting = {transition.job for transition in kept.reading.outbox(0, 1_000)}
            assert waiting == set(kept.reading.moments_at(sorted(waiting)))
