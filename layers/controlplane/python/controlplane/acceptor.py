"""Accepting a submission: the work of `serve_api`'s `POST /jobs`. Accepted means kept.

The first conditional write is the lock. An answer is given only after the record and the message are durable; a repeat
of the same key hands the id on again, which does no harm.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from controlplane.deployment import Deployment
from controlplane.draft import Draft
from controlplane.errors import SubmissionConflict, SubmissionInvalid, Violation
from controlplane.job_document import to_document
from controlplane.record import RecordKey, born
from controlplane.records import Records
from controlplane.submission import plan
from controlplane.submission_queue import Submissions

#: Most characters of an Idempotency-Key.
MAX_KEY_CHARACTERS = 255


@dataclass(frozen=True, kw_only=True)
class Acceptor:
    """Takes submissions."""

    deployment: Deployment
    records: Records
    submissions: Submissions
    #: Epoch milliseconds.
    clock: Callable[[], int]

    def accept(self, draft: Draft, *, owner: str, idempotency_key: str | None = None) -> tuple[dict[str, Any], bool]:
        """Take a submission; return the job's document and whether the job is new.

        Raises:
            SubmissionInvalid: It breaks bounds.
            SubmissionConflict: The key was used with another body.
        """
        key = f"random:{secrets.token_hex(16)}" if idempotency_key is None else f"given:{_checked(idempotency_key)}"
        submission = plan(draft, owner=owner, idempotency_key=key, deployment=self.deployment, now=self.clock())
        earlier = self.records.create(submission)
        if earlier and earlier.digest != submission.digest:
            raise SubmissionConflict
        self.submissions.send(submission.job_id)
        accepted = earlier or submission
        record = self.records.get(RecordKey(job_id=accepted.job_id)) if earlier else None
        document = to_document(record or born(accepted), deployment=self.deployment, submission=accepted)
        return document, earlier is None


def _checked(key: str) -> str:
    if not 0 < len(key) <= MAX_KEY_CHARACTERS or not key.isprintable():
        bound = f"1 to {MAX_KEY_CHARACTERS} printable characters"
        raise SubmissionInvalid((Violation(field="Idempotency-Key", bound=bound, value=key),))
    return key
