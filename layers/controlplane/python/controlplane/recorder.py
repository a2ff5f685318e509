"""Recording a state change: the work of `record_state_change`. Right under any order and repetition of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from controlplane.batch import SECOND_SUBMISSION, Batch
from controlplane.errors import EventMalformed
from controlplane.record import Outcome, Records, keys_of
from controlplane.state_change import StateChange, from_event


class DeadLetters(Protocol):
    """The port that keeps what can't be read: the dead-letter queue of the job events."""

    def send(self, body: str, *, reason: str) -> None:
        """Keep a message with the reason, durably."""
        ...


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """Brings changes to their records."""

    records: Records
    batch: Batch

    def record(self, change: StateChange) -> Outcome:
        """Merge one change into the record it belongs to: ours if name, queue and definition say so, else Batch's own.

        A second Batch job of one submission is terminated and recorded under Batch's own id. Nodes of a multi-node
        parallel job carry its name and may fail without it: what they go through is not recorded.
        """
        if change.is_node:
            return Outcome.STRANGE
        theirs, ours = keys_of(change)
        outcome = self.records.merge(ours, change, ours=True) if ours else Outcome.STRANGE
        if outcome in (Outcome.STRANGE, Outcome.DUPLICATE):
            outcome_there = self.records.merge(theirs, change, ours=False)
            if outcome is Outcome.DUPLICATE:
                self._terminate(change)
                return outcome
            return outcome_there
        return outcome

    def record_event(self, body: str, *, dead_letters: DeadLetters) -> Outcome | None:
        """Record one event as it came; what can't be read goes to the dead letters, alone, and comes to nothing."""
        try:
            change = from_event(body)
        except EventMalformed as error:
            dead_letters.send(body, reason=str(error))
            return None
        return self.record(change)

    def _terminate(self, change: StateChange) -> None:
        if not change.detail.status.is_terminal:
            self.batch.terminate(change.detail.job_id, reason=SECOND_SUBMISSION)
