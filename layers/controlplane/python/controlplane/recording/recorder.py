"""Recording state changes: the work of `record_state_change`. Right under any order and repetition of events.

What one delivery says of one job is brought to its record at once: few writes, whatever an array's children say.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from controlplane.batch.port import SECOND_SUBMISSION, Batch
from controlplane.batch.state_change import StateChange, from_description, from_event
from controlplane.errors import EventMalformed
from controlplane.job import whole_of
from controlplane.recording.dead_letters import DeadLetters
from controlplane.records.port import Merge, Records
from controlplane.records.record import Outcome, RecordKey, keys_of
from controlplane.records.split_arrays import SplitArrays

_log = logging.getLogger(__name__)
#: What a record has taken, or knew.
_KNOWN = (Outcome.MERGED, Outcome.LATE, Outcome.CONFLICT)


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """Brings changes to their records."""

    records: Records
    batch: Batch
    #: Epoch milliseconds.
    clock: Callable[[], int]

    def record_events(self, bodies: Sequence[str], *, dead_letters: DeadLetters) -> Sequence[Exception | None]:
        """Record events as they came; what can't be read goes to the dead letters, alone.

        Returns, for each, what kept it from being recorded: it must be delivered again. None where nothing did.
        """
        changes: dict[int, StateChange] = {}
        errors: list[Exception | None] = [None] * len(bodies)
        for place, body in enumerate(bodies):
            try:
                changes[place] = from_event(body)
            except EventMalformed as malformed:
                errors[place] = _attempt(partial(dead_letters.send, body, reason=str(malformed)))
        for place, came_of in zip(changes, self.record(changes.values()), strict=True):
            errors[place] = came_of if isinstance(came_of, Exception) else None
        return errors

    def record(self, changes: Iterable[StateChange]) -> Sequence[Outcome | Exception]:
        """Bring each change to the record it belongs to: ours if name, queue and definition say so, else Batch's own.

        A second Batch job of one submission is terminated and recorded under Batch's own id.

        Returns what came of each, in their order; an error where it could not be recorded now.
        """
        told = list(changes)
        for unknown in {change.unknown_status: None for change in told if change.unknown_status}:
            _log.warning("Batch tells of a status that this version does not know: %r moves no record", unknown)
        of_job: dict[str, list[StateChange]] = {}
        for change in told:
            of_job.setdefault(change.detail.job_id, []).append(change)
        outcomes = dict(zip(of_job, self._merge([tuple(each) for each in of_job.values()]), strict=True))
        return [outcomes[change.detail.job_id] for change in told]

    def _merge(self, jobs: Sequence[tuple[StateChange, ...]]) -> list[Outcome | Exception]:
        """Merge what is told of some jobs, each job's changes by themselves."""
        keys = [keys_of(changes[0]) for changes in jobs]
        merges = [
            Merge(key=ours or theirs, changes=changes, ours=ours is not None)
            for changes, (theirs, ours) in zip(jobs, keys, strict=True)
        ]
        outcomes = list(self.records.merge(merges))
        elsewhere = [
            place
            for place, merge in enumerate(merges)
            if merge.ours and outcomes[place] in (Outcome.STRANGE, Outcome.DUPLICATE)
        ]
        there = [Merge(key=keys[place][0], changes=jobs[place], ours=False) for place in elsewhere]
        for place, outcome in zip(elsewhere, self.records.merge(there) if there else (), strict=True):
            if outcomes[place] is Outcome.STRANGE or outcome is Outcome.CONFLICT or isinstance(outcome, Exception):
                outcomes[place], merges[place] = outcome, Merge(key=keys[place][0], changes=jobs[place], ours=False)
        return [
            _attempt(partial(self._follow, merge, outcome)) or outcome
            for merge, outcome in zip(merges, outcomes, strict=True)
        ]

    def _follow(self, merge: Merge, outcome: Outcome | Exception) -> None:
        """Do what an outcome asks for beyond the record."""
        last = max(merge.changes, key=lambda change: change.order)
        if outcome is Outcome.DUPLICATE and not last.detail.status.is_terminal:
            self.batch.terminate(last.detail.job_id, reason=SECOND_SUBMISSION)
        if outcome is Outcome.CONFLICT:
            self._ask(merge.key, last.detail.job_id)
        if outcome in _KNOWN and whole_of(merge.key.job_id):
            SplitArrays(records=self.records).gather(merge.key.job_id)

    def _ask(self, key: RecordKey, batch_job_id: str) -> None:
        """Ask Batch how a job ended that was told to have ended in two ways; what it has forgotten stays as it is."""
        for description in self.batch.describe([batch_job_id]):
            change = from_description(description, seen=self.clock())
            if change.detail.status.is_terminal:
                self.records.decide(key, change)


def _attempt(action: Callable[[], None]) -> Exception | None:
    """What an action raised: one message that fails must not keep the others from being recorded."""
    try:
        action()
    except Exception as error:
        return error
    return None
