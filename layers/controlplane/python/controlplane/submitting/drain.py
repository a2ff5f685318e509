"""Draining the queue of submissions: what becomes of each message of `submit_job`.

A submission that must wait is sent again with a delay, and its message is done with: waiting is no failure, so it is
not counted towards the dead letters, and it ends when it should rather than when SQS shows the message again. Only what
nobody foresaw fails (docs/decisions/0023-submissions-wait-in-new-messages.md).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from controlplane.errors import BatchUnavailable, NotYet
from controlplane.submissions.queue import MOST_WAITS, SubmissionMessage, Submissions, read_message
from controlplane.submitting.submitter import Submitter

_log = logging.getLogger(__name__)

#: The first wait; each is twice the one before (milliseconds).
FIRST_WAIT_MILLISECONDS = 250
#: The longest wait: five minutes, and so an hour and a half in all. SQS delays a message 15 minutes at most.
LONGEST_WAIT_MILLISECONDS = 300_000


@dataclass(frozen=True, kw_only=True)
class Drain:
    """Works on messages of the queue of submissions."""

    submitter: Submitter
    submissions: Submissions
    #: Epoch milliseconds.
    clock: Callable[[], int]
    #: A number from 0 to 1 by chance, so that those who were refused together do not come back together.
    chance: Callable[[], float]

    def drain(self, bodies: Sequence[str]) -> Sequence[Exception | None]:
        """Work on messages one after another, by their bodies.

        Returns, for each, what kept it from being worked on: it must be delivered again. None where nothing did.
        """
        return [self._drain(body) for body in bodies]

    def _drain(self, body: str) -> Exception | None:
        try:
            self._hand_over(read_message(body))
        except Exception as error:  # one message that fails must not keep the others from Batch
            return error
        return None

    def _hand_over(self, message: SubmissionMessage) -> None:
        try:
            for job_id in self.submitter.submit(message.job_id):
                self.submissions.send(job_id)
        except (NotYet, BatchUnavailable) as reason:
            if message.waits >= MOST_WAITS:
                _log.warning("left to the sweep", extra={"job_id": message.job_id, "reason": str(reason)})
                return
            delay = self._delay(message, reason)
            _log.info("waits", extra={"job_id": message.job_id, "milliseconds": delay, "reason": str(reason)})
            self.submissions.send(message.job_id, waits=message.waits + 1, delay_milliseconds=delay)

    def _delay(self, message: SubmissionMessage, reason: NotYet | BatchUnavailable) -> int:
        """How long to wait, in milliseconds: until the time that is known, else about twice the last wait."""
        until = reason.until if isinstance(reason, NotYet) else None
        longest = min(FIRST_WAIT_MILLISECONDS << message.waits, LONGEST_WAIT_MILLISECONDS)
        by_chance = longest // 2 + int(self.chance() * longest / 2)
        return by_chance if until is None else max(until - self.clock(), 0)
