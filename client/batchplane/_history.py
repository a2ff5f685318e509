"""What became of a job: each status with its reason, and each attempt, as the plane's documents of them say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from batchplane._clock import from_milliseconds
from batchplane._errors import AnswerMalformed
from batchplane._plane_api import PlaneApi, members
from batchplane._record import Attempt


@dataclass(frozen=True, kw_only=True)
class Step:
    """A status that a job entered, and left."""

    #: One of AWS Batch's seven.
    status: str
    #: Which attempt it belongs to, from 1.
    attempt: int
    #: When it was entered, in UTC.
    at: datetime | None
    #: When it was left; None for the last one.
    until: datetime | None
    #: Why it was entered, in Batch's words: at an end, and at a retry.
    status_reason: str | None
    #: Of the attempt that had ended then.
    exit_code: int | None

    @classmethod
    def from_wire(cls, step: Mapping[str, Any]) -> Step:
        """Read a member of `history`. Raises AnswerMalformed."""
        try:
            return cls(
                status=str(step["status"]),
                attempt=int(step["attempt"]),
                at=from_milliseconds(step["at"]),
                until=from_milliseconds(step["until"]),
                status_reason=step["statusReason"],
                exit_code=step["exitCode"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise AnswerMalformed from error


@dataclass(frozen=True, kw_only=True)
class JobHistory:
    """All that became of a job so far."""

    #: Each status, in order.
    steps: tuple[Step, ...]
    #: Every attempt, in order; the last one may still run.
    attempts: tuple[Attempt, ...]
    #: Both answers as the plane sent them, in one.
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def ask(cls, api: PlaneApi, job_path: str) -> JobHistory:
        """Ask the plane. Raises JobNotFound, AnswerMalformed."""
        document = {**api.get(f"{job_path}/attempts"), **api.get(f"{job_path}/history")}
        try:
            attempts = tuple(map(Attempt.from_document, members(document, "attempts")))
        except (AttributeError, TypeError, ValueError) as error:
            raise AnswerMalformed from error
        return cls(steps=tuple(map(Step.from_wire, members(document, "history"))), attempts=attempts, document=document)
