"""What a plane answers to whoever ends a job. Asks for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from batchplane._errors import AnswerMalformed


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What came of a wish to end a job."""

    #: What AWS Batch was asked: "CancelJob" or "TerminateJob"; None where it was asked nothing.
    asked: str | None
    #: The same in words.
    detail: str
    #: The job as it was known then; one that Batch ends is told of a little later.
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_wire(cls, answer: Mapping[str, Any]) -> Ended:
        """Read an answer. Raises AnswerMalformed."""
        try:
            return cls(
                asked=None if answer["asked"] is None else str(answer["asked"]),
                detail=str(answer["detail"]),
                document=dict(answer["job"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise AnswerMalformed from error
