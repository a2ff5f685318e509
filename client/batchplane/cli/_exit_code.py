"""What the command line exits with: one table from errors, and one from how jobs ended. Prints nothing.

0    done; where it waited, every job SUCCEEDED
1    an error that has no number of its own
2    the command line, or the request, is wrong
3    a job that was waited for has FAILED
4    there is no such job, log, job queue or job definition
5    there is no plane, or it does not answer
6    the plane does not know who asks, or does not let them
7    a job that was waited for is lost: nobody knows how it ended
124  the time given for waiting is over
130  interrupted from the keyboard
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum

from batchplane._errors import (
    ArgumentInvalid,
    BatchplaneError,
    CredentialsMissing,
    DefinitionNotFound,
    JobNotFound,
    LogNotFound,
    NotAuthorized,
    PlaneNotFound,
    PlaneUnavailable,
    PlaneUnreachable,
    QueueNotFound,
    RequestInvalid,
    WaitTimedOut,
)
from batchplane._job import Job


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    ERROR = 1
    WRONG = 2
    JOB_FAILED = 3
    NOT_FOUND = 4
    NO_PLANE = 5
    NOT_AUTHORIZED = 6
    JOB_LOST = 7
    #: As timeout(1) says it.
    TIMED_OUT = 124


_BY_ERROR: Mapping[type[BatchplaneError], ExitCode] = {
    ArgumentInvalid: ExitCode.WRONG,
    RequestInvalid: ExitCode.WRONG,
    JobNotFound: ExitCode.NOT_FOUND,
    LogNotFound: ExitCode.NOT_FOUND,
    DefinitionNotFound: ExitCode.NOT_FOUND,
    QueueNotFound: ExitCode.NOT_FOUND,
    PlaneNotFound: ExitCode.NO_PLANE,
    PlaneUnreachable: ExitCode.NO_PLANE,
    PlaneUnavailable: ExitCode.NO_PLANE,
    CredentialsMissing: ExitCode.NOT_AUTHORIZED,
    NotAuthorized: ExitCode.NOT_AUTHORIZED,
    WaitTimedOut: ExitCode.TIMED_OUT,
}


def of_error(error: BatchplaneError) -> ExitCode:
    """The exit code for an error."""
    return _BY_ERROR.get(type(error), ExitCode.ERROR)


def of_jobs(jobs: Iterable[Job]) -> ExitCode:
    """The exit code for jobs that were waited for: the worst of them."""
    ends = [(job.failed, job.lost) for job in jobs]
    if any(failed for failed, _ in ends):
        return ExitCode.JOB_FAILED
    return ExitCode.JOB_LOST if any(lost for _, lost in ends) else ExitCode.DONE
