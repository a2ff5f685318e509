"""Taking up what an earlier life left: its unfinished jobs, and its attempts, whose host is lost. Starts nothing.

Whether that life was closed or killed makes no difference: an attempt that was claimed and hasn't ended is a lost
host, and is retried by its job's retry strategy.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from batchplane_local.batch.database.claims import Claim
from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.changes import AttemptRow
from batchplane_local.batch.jobs.endings import host_lost
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.jobs.live import Live, Request
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.submission import Submission
from batchplane_local.batch.machine.output import Outputs
from batchplane_local.batch.resources.catalogue import Catalogue


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """What is needed to take up an earlier life."""

    reading: Reading
    catalogue: Catalogue
    ledger: Ledger
    outputs: Outputs
    #: Where slots were.
    slots_folder: Path
    #: Names the host that is lost.
    folder_id: str

    def recover(self, claims: Sequence[Claim], at: int) -> None:
        """Put every unfinished job into the ledger, and end every attempt that had begun.

        `claims` are the attempts that may have been started and that no row tells of.
        """
        lives = [self._live(submission, queue) for submission, queue in self.reading.open_submissions()]
        begun = self._begun(lives)
        for claim in claims:
            self._apply(claim, lives, begun, at)
        for live in lives:
            self.ledger.restore(live)
        for attempt in begun.values():
            self.ledger.adopt(attempt, at)
        for live in lives:
            self._recall_main_node(live)
        owners = {claim.slot: (claim.job, claim.attempt) for claim in claims}
        for attempt in begun.values():
            if owners.get(attempt.slot or 0, (attempt.key, attempt.number)) == (attempt.key, attempt.number):
                self._salvage(attempt, at)
            self.ledger.end(attempt, self._lost(), at)

    def _live(self, submission: Submission, queue_key: int) -> Live:
        live = Live(submission, queue_key)
        for state in self.reading.job_states(submission):
            position, row = state.key - submission.key, state.row
            live.move(position, row.status)
            live.finished[position] = row.attempts
            if (row.is_cancelled or row.is_terminated) and not row.status.is_terminal:
                request = Request(reason=row.status_reason or "", is_terminate=row.is_terminated)
                live.requests[position] = request
        return live

    def _begun(self, lives: Sequence[Live]) -> dict[int, Attempt]:
        """The attempts that rows tell of, by the row of their job."""
        begun = {}
        for live in lives:
            for position in live.submission.nodes or live.submission.positions:
                if live.statuses[position] in (Status.STARTING, Status.RUNNING):
                    key = live.submission.key + position
                    found = self.reading.attempt(key, live.finished[position] + 1)
                    row = found[1] if found else AttemptRow(key, live.finished[position] + 1, "")
                    begun[key] = Attempt(
                        live=live,
                        position=position,
                        environment=row.environment,
                        slot=row.slot,
                        started_at=row.started_at,
                    )
        return begun

    def _apply(self, claim: Claim, lives: Sequence[Live], begun: dict[int, Attempt], at: int) -> None:
        """Note an attempt that only its claim tells of; the one before it, if it is known, has ended unrecorded."""
        live = lives[bisect_right(lives, claim.job, key=lambda live: live.submission.key) - 1] if lives else None
        position = claim.job - live.submission.key if live else 0
        if live is None or position not in (live.submission.nodes or live.submission.positions):
            return
        environment = self.catalogue.environment_named(claim.environment)
        if live.is_multi_node:
            if claim.attempt > live.finished[0] + 1:
                self._close_nodes(live, begun, environment, at)
            live.move(0, Status.STARTING)
        elif earlier := begun.get(claim.job):
            live.finished[position] = earlier.number
            self.ledger.changes.attempts[earlier.key, earlier.number] = earlier.row()._replace(
                stopped_at=earlier.started_at, status_reason=self._lost().status_reason
            )
        live.move(position, Status.STARTING)
        begun[claim.job] = Attempt(live=live, position=position, environment=environment, slot=claim.slot)

    def _close_nodes(self, live: Live, begun: dict[int, Attempt], environment: str, at: int) -> None:
        """An attempt of a multi-node parallel job, still on record as running, has ended, and all its nodes with it."""
        number = live.finished[0] + 1
        for node in live.submission.nodes:
            key = live.submission.key + node
            earlier = begun.pop(key, None)
            if live.finished[node] < number:
                row = earlier.row() if earlier else AttemptRow(key, number, environment)
                self.ledger.changes.attempts[key, number] = row._replace(
                    stopped_at=row.started_at or at, status_reason=self._lost().status_reason
                )
            live.finished[node] = number
            live.move(node, Status.RUNNABLE)
        live.finished[0] = number

    def _recall_main_node(self, live: Live) -> None:
        """The main node of a multi-node parallel job may have ended, and decided, while others went on."""
        number, main = live.finished[0] + 1, live.submission.main_position
        if live.is_multi_node and live.finished[main] == number:
            found = self.reading.attempt(live.submission.key + main, number)
            if found:
                self.ledger.recall(live, found[1])

    def _salvage(self, attempt: Attempt, at: int) -> None:
        """Keep what the attempt had written."""
        log_path = self.slots_folder / str(attempt.slot) / "log"
        row = self.outputs.salvage(attempt.key, attempt.number, log_path, at)
        if row is not None:
            # A log has a stream from the attempt's start on, and that may be lost with the host.
            attempt.started_at = attempt.started_at or at
            self.ledger.changes.logs.append(row)

    def _lost(self) -> Ending:
        return host_lost(self.folder_id)
