"""Reading the logs of attempts, through any object with boto3's CloudWatch Logs client methods. Imports no boto3.

A stream's name comes from Batch's own events, never from a caller and never built by us:
https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from controlplane.errors import LogNotFound, NotYet, SubmissionInvalid, Violation
from controlplane.throttling import code_of, is_throttled, status_of


class LogsClient(Protocol):
    """boto3's CloudWatch Logs client, or the embedded Batch's log store."""

    def get_log_events(self, **request: Any) -> Mapping[str, Any]:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html."""
        ...


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line that a job printed."""

    #: Epoch milliseconds.
    timestamp: int
    message: str


@dataclass(frozen=True, kw_only=True)
class LogPage:
    """Some lines, in order, and where to go on from. The cursor stays the same at the present end of the log."""

    lines: tuple[LogLine, ...]
    cursor: str | None


class Logs:
    """The logs of a deployment's jobs."""

    def __init__(self, client: LogsClient, *, lag_milliseconds: int = 0) -> None:
        self._client = client
        #: How long after it was printed a line may not be read yet.
        self.lag_milliseconds = lag_milliseconds

    def read(self, group: str, stream: str, *, after: str | None = None, limit: int = 1000) -> LogPage:
        """A page of a stream from its beginning, or from where a cursor left off. Raises LogNotFound, NotYet."""
        request = {"logGroupName": group, "logStreamName": stream, "startFromHead": True, "limit": limit}
        return self._page(request | ({"nextToken": after} if after else {}))

    def tail(self, group: str, stream: str, *, limit: int) -> tuple[LogLine, ...]:
        """The last lines of a stream. Raises LogNotFound, NotYet."""
        return self._page(
            {"logGroupName": group, "logStreamName": stream, "startFromHead": False, "limit": limit}
        ).lines

    def _page(self, request: dict[str, Any]) -> LogPage:
        try:
            answer = self._client.get_log_events(**request)
        except Exception as error:
            response = getattr(error, "response", None) or {}
            code = code_of(response)
            if code == "ResourceNotFoundException":
                raise LogNotFound from error
            if is_throttled(response) or status_of(response) >= 500:
                raise NotYet(f"CloudWatch Logs does not answer now: {error}") from error
            if code == "InvalidParameterException":
                violation = Violation(field="after", bound="a cursor of this log", value=request.get("nextToken"))
                raise SubmissionInvalid((violation,)) from error
            raise
        lines = (LogLine(timestamp=line["timestamp"], message=line["message"]) for line in answer["events"])
        return LogPage(lines=tuple(lines), cursor=answer.get("nextForwardToken"))
