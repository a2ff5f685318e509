"""The Batchplane client: submit jobs to AWS Batch over HTTPS, and find them again. The whole public surface is here."""

from batchplane._auth import BearerAuth, SigV4Auth
from batchplane._client import Client
from batchplane._clock import Clock
from batchplane._dead_letters import DeadLetter, DeadLetters, Replayed
from batchplane._definition import DeregisteredDefinition, JobDefinition
from batchplane._ended import Ended
from batchplane._environment import AllowedDefinition, AllowedQueue, Caller, Environment
from batchplane._errors import (
    AnswerMalformed,
    ArgumentInvalid,
    BatchplaneError,
    CredentialsMissing,
    DefinitionNotFound,
    FileFailed,
    JobNotFound,
    JobNotOver,
    LogNotFound,
    NotAuthorized,
    NothingFailed,
    PlaneNotFound,
    PlaneRefused,
    PlaneUnavailable,
    PlaneUnreachable,
    QueueNotFound,
    RequestInvalid,
    SubmissionConflict,
    TransferFailed,
    Violation,
    WaitTimedOut,
)
from batchplane._history import JobHistory, Step
from batchplane._job import Job
from batchplane._job_file import JobFile
from batchplane._job_list import EVERY_OWNER, JobFilter
from batchplane._log import LogLine
from batchplane._queue import JobQueue, Place
from batchplane._record import Attempt, JobRecord
from batchplane._retry import Retry
from batchplane._selection import Selected, SelectedJob
from batchplane._submission import JobSettings
from batchplane._timeline import Transition, time_in_status
from batchplane._transfer import InputKey

__all__ = [
    "AllowedDefinition",
    "AllowedQueue",
    "AnswerMalformed",
    "ArgumentInvalid",
    "Attempt",
    "BatchplaneError",
    "BearerAuth",
    "Caller",
    "Client",
    "Clock",
    "CredentialsMissing",
    "DeadLetter",
    "DeadLetters",
    "DefinitionNotFound",
    "DeregisteredDefinition",
    "EVERY_OWNER",
    "Ended",
    "Environment",
    "FileFailed",
    "InputKey",
    "Job",
    "JobDefinition",
    "JobFile",
    "JobFilter",
    "JobHistory",
    "JobNotFound",
    "JobNotOver",
    "JobQueue",
    "JobRecord",
    "JobSettings",
    "LogLine",
    "LogNotFound",
    "NotAuthorized",
    "NothingFailed",
    "Place",
    "PlaneNotFound",
    "PlaneRefused",
    "PlaneUnavailable",
    "PlaneUnreachable",
    "QueueNotFound",
    "Replayed",
    "RequestInvalid",
    "Retry",
    "Selected",
    "SelectedJob",
    "SigV4Auth",
    "Step",
    "SubmissionConflict",
    "TransferFailed",
    "Transition",
    "Violation",
    "WaitTimedOut",
    "time_in_status",
]
