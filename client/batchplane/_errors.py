"""Every error the client raises on purpose, in one tree. Speaks to nobody and prints nothing.

BatchplaneError
├── PlaneNotFound           nobody said where the plane is, and none has run here
├── PlaneUnreachable        the plane did not answer, however often it was asked
├── CredentialsMissing      a request to AWS can't be signed
├── AnswerMalformed         the plane's answer is not what its API promises
├── PlaneRefused            the plane answered with a problem; carries its status and its violations
│   ├── RequestInvalid      400, 413, 422: the request breaks a bound
│   ├── NotAuthorized       401, 403
│   ├── JobNotFound         404
│   ├── QueueNotFound       404: this deployment has no such job queue
│   ├── DefinitionNotFound  404: nobody has registered such a job definition
│   ├── LogNotFound         404: the job is there, and this attempt has no log
│   ├── SubmissionConflict  409
│   ├── JobNotOver          409, where a job is to be deleted or run again
│   ├── NothingFailed       409, where what failed is to be run again
│   └── PlaneUnavailable    429 and 5xx, again and again
├── ArgumentInvalid         an argument was wrong before anything was sent
├── FileFailed              a local file could not be read or written
├── TransferFailed          the IOBucket did not take or give a file
└── WaitTimedOut            the time given for waiting is over; carries the jobs that are not finished
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One bound that one field of a request breaks."""

    #: Path of the field in the request, dotted: "arrayProperties.size".
    field: str
    #: The bound in words: "an integer from 2 to 10,000".
    bound: str
    #: The value that was given; None where nothing was given.
    value: Any = None
    #: The sentence a person reads.
    detail: str

    @classmethod
    def from_wire(cls, error: Mapping[str, Any]) -> Violation:
        """Read a member of `errors` in a problem document."""
        field, bound, value = str(error.get("field", "")), str(error.get("bound", "")), error.get("value")
        detail = str(error.get("detail") or f"{field} must be {bound}; it is {value!r}.")
        return cls(field=field, bound=bound, value=value, detail=detail)


class BatchplaneError(Exception):
    """The client could not do what was asked."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class PlaneNotFound(BatchplaneError):
    """There is no plane to speak to."""


class PlaneUnreachable(BatchplaneError):
    """The plane does not answer."""


class CredentialsMissing(BatchplaneError):
    """A request to AWS can't be signed."""


class AnswerMalformed(BatchplaneError):
    """The plane's answer is not what its API promises: are client and plane of the same version?"""


class PlaneRefused(BatchplaneError):
    """The plane answered with a problem."""

    def __init__(self, message: str, *, status: int, violations: Sequence[Violation] = ()) -> None:
        super().__init__(message)
        #: HTTP status of the answer.
        self.status = status
        #: What is wrong with the request, one by one; often empty.
        self.violations = tuple(violations)


class RequestInvalid(PlaneRefused):
    """The request breaks a bound of AWS Batch or of this deployment."""


class NotAuthorized(PlaneRefused):
    """The plane does not know who asks, or does not let them."""


class JobNotFound(PlaneRefused):
    """There is no such job for this owner."""


class QueueNotFound(PlaneRefused):
    """This deployment has no such job queue."""


class DefinitionNotFound(PlaneRefused):
    """Nobody has registered such a job definition."""


class LogNotFound(PlaneRefused):
    """The attempt has no log, or none yet."""


class SubmissionConflict(PlaneRefused):
    """This Idempotency-Key was used with another body, or its job was deleted."""


class JobNotOver(PlaneRefused):
    """Only a job that is over can be deleted, or run again."""


class NothingFailed(PlaneRefused):
    """No child of the array job has failed."""


class PlaneUnavailable(PlaneRefused):
    """The plane can't answer now."""


class ArgumentInvalid(BatchplaneError):
    """An argument can't be used."""


class FileFailed(BatchplaneError):
    """A local file can't be read or written."""


class TransferFailed(BatchplaneError):
    """The IOBucket did not take or give a file."""


class WaitTimedOut(BatchplaneError):
    """The time given for waiting is over."""

    def __init__(self, message: str, *, job_ids: Sequence[str]) -> None:
        super().__init__(message)
        #: The jobs that have not finished.
        self.job_ids = tuple(job_ids)


_BY_STATUS: Mapping[int, type[PlaneRefused]] = {
    400: RequestInvalid,
    401: NotAuthorized,
    403: NotAuthorized,
    404: JobNotFound,
    409: SubmissionConflict,
    413: RequestInvalid,
    422: RequestInvalid,
    429: PlaneUnavailable,
}
#: Of several kinds with one status, those that the plane names.
_BY_TYPE: Mapping[str, type[PlaneRefused]] = {
    "urn:batchplane:problem:DefinitionNotFound": DefinitionNotFound,
    "urn:batchplane:problem:LogNotFound": LogNotFound,
    "urn:batchplane:problem:JobNotOver": JobNotOver,
    "urn:batchplane:problem:NothingFailed": NothingFailed,
    "urn:batchplane:problem:QueueNotFound": QueueNotFound,
}


def refusal(status: int, problem: Mapping[str, Any], *, attempts: int = 1) -> PlaneRefused:
    """The error for a problem document (RFC 9457), which may be empty: the answer of the last of so many attempts."""
    listed = problem.get("errors")
    violations = [Violation.from_wire(error) for error in listed] if isinstance(listed, list) else []
    of_status = _BY_STATUS.get(status, PlaneUnavailable if status >= 500 else PlaneRefused)
    kind = _BY_TYPE.get(str(problem.get("type")), of_status)
    said = problem.get("detail") or problem.get("title") or " ".join(each.detail for each in violations) or kind.__doc__
    message = str(said) if problem else f"{said} (HTTP {status})"
    patience = f" The plane was asked {attempts} times: try again later." if attempts > 1 else ""
    return kind(message + patience, status=status, violations=violations)
