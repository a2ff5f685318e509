"""The queue of accepted submissions, on their way to `submit_job`: the port, and what its messages say. Does no I/O.

A message says whose turn it is and how often it has waited; what was asked stands in the records.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from controlplane.errors import EventMalformed

#: How often one message may wait. Then it is let go: the sweep hands a job on again that Batch does not know.
MOST_WAITS = 24


@dataclass(frozen=True, kw_only=True)
class SubmissionMessage:
    """What a message says."""

    job_id: str
    #: How often it has been sent again in order to wait.
    waits: int = 0


class Submissions(Protocol):
    """The port: an SQS queue, or a table."""

    def send(self, job_id: str, *, waits: int = 0, delay_milliseconds: int = 0) -> None:
        """Hand one on, durably: when this returns it will be delivered at least once, and not before the delay."""
        ...

    def send_all(self, job_ids: Sequence[str]) -> Sequence[Exception | None]:
        """Hand many on, each durably: None, or why it was not taken, in their order."""
        ...


def to_message(job_id: str, *, waits: int = 0) -> str:
    """The body of the message that hands a submission on."""
    return json.dumps({"jobId": job_id, "waits": waits})


def read_message(body: str) -> SubmissionMessage:
    """What such a message says. Raises EventMalformed."""
    try:
        document = json.loads(body)
        return SubmissionMessage(job_id=str(document["jobId"]), waits=int(document.get("waits", 0)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EventMalformed(f"not a submission's message: {error!r}") from error
