"""Accepting submissions: the work of `serve_api`'s `POST /jobs` and `POST /jobs/bulk`. Accepted means kept.

The first conditional write is the lock. An answer is given only after the record and the message are durable; a repeat
of the same key hands the id on again, which does no harm.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, TypeVar

from controlplane.accepting.gate import Gate
from controlplane.caller import Caller
from controlplane.definitions.registered import DefinitionRegistry, allowing
from controlplane.deployment import Deployment
from controlplane.documents.job import to_document
from controlplane.errors import SubmissionConflict, SubmissionInvalid, Violation
from controlplane.records.port import Records
from controlplane.records.record import RecordKey, born
from controlplane.submissions.draft import Draft
from controlplane.submissions.queue import Submissions
from controlplane.submissions.submission import Submission, plan

#: Most characters of an Idempotency-Key.
MAX_KEY_CHARACTERS = 255
_Done = TypeVar("_Done")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One submission among many."""

    draft: Draft
    idempotency_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A submission that is kept."""

    #: The job's.
    document: dict[str, Any]
    #: False where its key was used before, with this very body.
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Acceptor:
    """Takes submissions."""

    deployment: Deployment
    #: The job definitions that may be named beside the deployment's own.
    registry: DefinitionRegistry
    records: Records
    submissions: Submissions
    gate: Gate
    #: Epoch milliseconds.
    clock: Callable[[], int]

    def accept(self, draft: Draft, *, caller: Caller, idempotency_key: str | None = None) -> Accepted:
        """Take a submission.

        Raises:
            SubmissionInvalid: It breaks bounds.
            SubmissionConflict: The key was used with another body.
            QuotaExceeded: The owner has, or does, as much as they may.
        """
        return self.keep(self.plan(draft, owner=caller.owner, caller=caller, idempotency_key=idempotency_key))

    def plan(self, draft: Draft, *, owner: str, caller: Caller, idempotency_key: str | None) -> Submission:
        """A submission that may be kept, of an owner, for whom another may ask. Raises SubmissionInvalid."""
        asked = Asked(draft=draft, idempotency_key=idempotency_key)
        return self._planned(asked, owner=owner, caller=caller, allowing=self._allowing)

    def _planned(
        self, asked: Asked, *, owner: str, caller: Caller, allowing: Callable[[str | None], Deployment]
    ) -> Submission:
        key = _job_key(asked.idempotency_key, owner=owner, caller=caller)
        deployment = allowing(asked.draft.request.jobDefinition)
        planned = plan(asked.draft, owner=owner, idempotency_key=key, deployment=deployment, now=self.clock())
        return replace(planned, by_operator=caller.is_operator)

    def _allowing(self, job_definition: str | None) -> Deployment:
        return allowing(self.deployment, self.registry, job_definition)

    def keep(self, submission: Submission) -> Accepted:
        """Keep a submission and hand it on. Raises SubmissionConflict, QuotaExceeded."""
        for refusal in self.gate.refused([submission]).values():
            raise refusal
        stands = self.records.create(submission) or submission
        _require_same(submission, stands)
        self.submissions.send(submission.job_id)
        return self._accepted(submission, stands)

    def accept_all(self, asked: Iterable[Asked | Exception], *, caller: Caller) -> Sequence[Accepted | Exception]:
        """Take many, each as if it were alone: what `accept` would have returned or raised, in their order.

        Of several with one key the first that breaks no bound is taken, and the others repeat it. What was found wrong
        before comes back as it is.
        """
        known = cache(self._allowing)  # a definition is read once, however many name it
        planned = [_tried(partial(self._plan, each, caller=caller, allowing=known)) for each in asked]
        first: dict[str, Submission] = {}
        for each in planned:
            if isinstance(each, Submission):
                first.setdefault(each.job_id, each)
        kept = self._keep(list(first.values()))
        return [
            each if isinstance(each, Exception) else _tried(partial(self._came_to, each, kept[each.job_id]))
            for each in planned
        ]

    def _plan(
        self, asked: Asked | Exception, *, caller: Caller, allowing: Callable[[str | None], Deployment]
    ) -> Submission:
        if isinstance(asked, Exception):
            raise asked
        return self._planned(asked, owner=caller.owner, caller=caller, allowing=allowing)

    def _keep(self, submissions: Sequence[Submission]) -> Mapping[str, Submission | Exception]:
        """What stands under each job id, kept and handed on; or why nothing does. No job twice."""
        refused = self.gate.refused(submissions)
        let_in = [each for each in submissions if each.job_id not in refused]
        created = zip(let_in, self.records.create_all(let_in), strict=True)
        kept: Mapping[str, Submission | Exception] = {new.job_id: earlier or new for new, earlier in created}
        to_send = [job_id for job_id, each in kept.items() if isinstance(each, Submission)]
        unsent = zip(to_send, self.submissions.send_all(to_send), strict=True)
        return {**kept, **refused, **{job_id: error for job_id, error in unsent if error}}

    def _came_to(self, submission: Submission, stands: Submission | Exception) -> Accepted:
        if isinstance(stands, Exception):
            raise stands
        _require_same(submission, stands)
        return self._accepted(submission, stands)

    def _accepted(self, submission: Submission, stands: Submission) -> Accepted:
        is_new = stands is submission
        record = None if is_new else self.records.get(RecordKey(job_id=stands.job_id))
        document = to_document(record or born(stands), deployment=self.deployment, submission=stands)
        return Accepted(document=document, is_new=is_new)


def _tried(work: Callable[[], _Done]) -> _Done | Exception:
    try:
        return work()
    except Exception as error:  # it stops no other
        return error


def _require_same(submission: Submission, stands: Submission) -> None:
    if stands.digest != submission.digest:
        raise SubmissionConflict


def _job_key(key: str | None, *, owner: str, caller: Caller) -> str:
    """What a job's id is derived from beside its owner: callers who ask for one owner have keys of their own."""
    if key is None:
        return f"random:{secrets.token_hex(16)}"
    asks_for_another = caller.owner != owner
    return f"given by {caller.owner}\0{_checked(key)}" if asks_for_another else f"given:{_checked(key)}"


def _checked(key: str) -> str:
    if not 0 < len(key) <= MAX_KEY_CHARACTERS or not key.isprintable():
        bound = f"1 to {MAX_KEY_CHARACTERS} printable characters"
        raise SubmissionInvalid((Violation(field="Idempotency-Key", bound=bound, value=key),))
    return key
