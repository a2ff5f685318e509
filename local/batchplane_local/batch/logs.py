"""boto3's CloudWatch Logs client, as far as the logs of jobs go. Reads; writes nothing.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from batchplane_local.batch.answers import ResourceNotFoundException, answer, failure
from batchplane_local.batch.log_pages import FOREVER, MOST_LINES, Page, Wanted, page_of
from batchplane_local.batch.names import TaskIds, name_in
from batchplane_local.batch.output import Moved, Outputs
from batchplane_local.batch.reading import Reading
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.service_model import validate

_OPERATION = "GetLogEvents"


class LogsClient:
    """The logs of one embedded Batch."""

    #: As boto3's client has them: `except client.exceptions.ResourceNotFoundException`.
    class exceptions:  # noqa: N801 - boto3's name
        """Errors that the client raises."""

        ClientError = ClientError
        ResourceNotFoundException = ResourceNotFoundException

    def __init__(self, outputs: Outputs, reading: Reading, task_ids: TaskIds) -> None:
        self._outputs = outputs
        self._reading = reading
        self._task_ids = task_ids

    def get_log_events(self, **request: Any) -> dict[str, Any]:
        """A page of an attempt's log, while it runs and after.

        Takes logGroupName, logStreamName, startTime, endTime (epoch milliseconds), nextToken, limit, startFromHead.
        `nextForwardToken` goes on after the page, and comes back the same at the present end of the log. Raises
        ResourceNotFoundException where there is no such stream (yet).
        """
        validate("logs", _OPERATION, request)
        job, attempt = self._find(request["logGroupName"], request["logStreamName"])
        wanted = Wanted(
            start=request.get("startTime", 0),
            end=request.get("endTime", FOREVER),
            limit=max(1, min(request.get("limit", MOST_LINES), MOST_LINES)),
            token=request.get("nextToken"),
            from_head=request.get("startFromHead", False),
        )
        page = self._page(job, attempt, wanted)
        events = [{"timestamp": line.at, "message": line.message, "ingestionTime": line.at} for line in page.lines]
        return answer({"events": events, "nextForwardToken": page.forward, "nextBackwardToken": page.backward})

    def _page(self, job: int, attempt: int, wanted: Wanted) -> Page:
        # An attempt ends once, so that its output can't be moved a second time.
        for _ in range(2):
            with suppress(Moved):
                try:
                    return page_of(self._outputs.find(job, attempt), wanted)
                except Refused as refused:
                    raise failure("InvalidParameterException", str(refused), _OPERATION) from refused
        raise failure("ServerException", f"The log of job {job} was moved twice while it was read", _OPERATION)

    def _find(self, group: str, stream: str) -> tuple[int, int]:
        """The job and the attempt whose log this stream is."""
        ids = self._task_ids.read(name_in(stream))
        found = self._reading.attempt(*ids) if ids else None
        if ids is None or found is None or found[1].started_at is None:
            _not_found("stream")
        submission = found[0]
        if submission.log_group != group:
            _not_found("group")
        if submission.log_stream(name_in(stream)) != stream:
            _not_found("stream")
        return ids


def _not_found(what: str) -> NoReturn:
    raise failure("ResourceNotFoundException", f"The specified log {what} does not exist.", _OPERATION)
