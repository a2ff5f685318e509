"""Every error the plane raises on purpose, in one tree. Knows no HTTP and no AWS.

PlaneError
├── SubmissionInvalid        the request breaks a bound; carries one Violation per broken bound
├── SubmissionConflict       an Idempotency-Key came back with another body
├── KeySpent                 an Idempotency-Key came back whose job was deleted
├── NotAuthorized            no credential
│   └── TokenInvalid         a credential that opens nothing: wrong, over, or of nobody who may own a job
├── NotAnOperator            only operators may do this; names the setting that makes one
├── JobNotFound              no such job for this owner
├── QueueNotFound            no such job queue in this deployment
├── DefinitionNotFound       no such registered job definition
├── RegistrationClosed       this deployment lets nobody register job definitions
├── LogNotFound              the attempt has no log (yet)
├── JobNotOver               only a job that is over can be deleted, or run again
├── NotSubmittedHere         nobody knows what the job asked for, so it can't run again
├── NothingFailed            no child of the array has failed, so none is run again
├── QuotaExceeded            an owner has, or does, as much as the deployment lets one; names quota, bound and value
├── BatchRefused             Batch answered that the request is wrong; its words are kept
├── BatchUnavailable         Batch did not take the request; it may be sent again
│   └── BatchOutcomeUnknown  Batch may or may not have taken it; look before sending again
├── NotYet                   the work waits for time to pass; deliver the message again later
│   └── StoreUnavailable     what keeps records, messages or files is throttled or out; names it
└── EventMalformed           a message that can't be read; it goes to the dead-letter queue with this reason
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Most broken bounds that one error names.
MOST_VIOLATIONS = 20
#: Most characters of a refused value, and of a field's name, that an error repeats.
_SHOWN_CHARACTERS = 200
#: What each quota bounds.
_QUOTAS = {
    "jobs": "jobs that are not over",
    "vcpus": "vCPUs of jobs that are not over",
    "submissionsPerMinute": "submissions in one minute",
}


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One bound that one field of a request breaks."""

    #: Path of the field in the request, dotted: "arrayProperties.size".
    field: str
    #: The bound in words: "an integer from 2 to 10,000".
    bound: str
    #: The value that was given; None where nothing was given.
    value: Any = None

    @property
    def detail(self) -> str:
        """The sentence a person reads."""
        return f"{_cut(self.field)} must be {self.bound}; it is {self._said}."

    def to_wire(self) -> dict[str, Any]:
        """The member of `errors` in a problem document."""
        return {"field": _cut(self.field), "bound": self.bound, "value": self._shown, "detail": self.detail}

    @property
    def _said(self) -> str:
        return "missing" if self.value is None else repr(self._shown)

    @property
    def _shown(self) -> Any:
        return self.value if len(repr(self.value)) <= _SHOWN_CHARACTERS else shown(self.value)


def shown(value: Any) -> str:
    """A refused value as an error repeats it, cut where it is long: no answer is as large as what it refuses."""
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


class PlaneError(Exception):
    """The plane could not do what was asked."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class SubmissionInvalid(PlaneError):
    """The submission breaks bounds of AWS Batch or of this deployment."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        named = violations[:MOST_VIOLATIONS]
        super().__init__(" ".join(violation.detail for violation in named))
        #: Those that it names: the first ones, where there are many.
        self.violations = named


class SubmissionConflict(PlaneError):
    """This Idempotency-Key was used with another body: send the same body, or another key."""


class KeySpent(PlaneError):
    """The job of this Idempotency-Key was deleted: submit under another key."""


class NotAuthorized(PlaneError):
    """A credential is needed: a bearer token, a signed request, or a job's own capability."""


class TokenInvalid(NotAuthorized):
    """This bearer token opens nothing: it is none of this plane's, or no longer. Ask for a new one."""


class NotAnOperator(PlaneError):
    """Only operators may do this."""

    def __init__(self, owner: str) -> None:
        super().__init__(
            f"Only operators may do this, and {owner!r} is none. On AWS the settings batchplane:operators and"
            " batchplane:operatorClaim name them; on one machine the owner of the plane's own token is one, and whom"
            " 'batchplane local --operator' names."
        )


class JobNotFound(PlaneError):
    """There is no such job."""


class QueueNotFound(PlaneError):
    """This deployment has no such job queue."""


class DefinitionNotFound(PlaneError):
    """Nobody has registered such a job definition."""


class RegistrationClosed(PlaneError):
    """This deployment lets nobody register job definitions: batchplane:definitionImages names no image."""


class LogNotFound(PlaneError):
    """This attempt has no log yet: a log begins when its attempt is RUNNING."""


class JobNotOver(PlaneError):
    """The job has not ended."""


class NotSubmittedHere(PlaneError):
    """The job was not submitted through the plane."""


class NothingFailed(PlaneError):
    """No child of this array has failed."""


class QuotaExceeded(PlaneError):
    """An owner's quota is used up."""

    def __init__(self, quota: str, *, bound: int, value: int, retry_after: int) -> None:
        super().__init__(
            f"Your quota of {_QUOTAS[quota]} is {bound}; with this submission there would be {value}."
            f" Try again in {retry_after} s."
        )
        self.violations = (Violation(field=quota, bound=f"at most {bound}", value=value),)
        #: When there may be room again, in seconds.
        self.retry_after = retry_after


class BatchRefused(PlaneError):
    """AWS Batch refused the request."""


class BatchUnavailable(PlaneError):
    """AWS Batch did not take the request now; it may be sent again."""


class BatchOutcomeUnknown(BatchUnavailable):
    """AWS Batch may have taken the request: look for the job before sending it again."""


class NotYet(PlaneError):
    """This must wait; it is delivered again later."""

    def __init__(self, message: str | None = None, *, until: int | None = None) -> None:
        super().__init__(message)
        #: When the wait is over, in epoch milliseconds, where that is known.
        self.until = until


class StoreUnavailable(NotYet):
    """What keeps the plane's records, messages or files can't be used now."""

    #: When to come back, in seconds: what is throttled for a moment has mostly recovered.
    retry_after = 2

    def __init__(self, store: str, why: str) -> None:
        super().__init__(
            f"{store} did not do its part now ({why}): send the same request again. Under the same Idempotency-Key a"
            " submission stays one job."
        )


class EventMalformed(PlaneError):
    """The message can't be read."""
