"""boto3's CloudWatch Logs client, as far as reading the logs of jobs goes. Speaks its shapes; decides nothing.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from batchplane_local.batch.answers import ResourceNotFoundException, answer, failure
from batchplane_local.batch.cloudwatch.log_groups import NoSuchLog, group_in
from batchplane_local.batch.cloudwatch.log_pages import FOREVER, MOST_LINES, Page, Wanted, page_of
from batchplane_local.batch.cloudwatch.log_search import LogSearch
from batchplane_local.batch.cloudwatch.log_streams import LogStreams
from batchplane_local.batch.database.log_rows import LogStream, Order
from batchplane_local.batch.machine.output import Moved, Outputs
from batchplane_local.batch.names import Place, name_in
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.service_model import validate

#: Most streams or groups of a page.
_PAGE = 50
_TOKEN = re.compile(r"([0-9]{1,18})/([0-9]{1,18})/([0-9]{1,3})")


class LogsClient:
    """The logs of one embedded Batch, while attempts run and after. Safe from any thread."""

    #: As boto3's client has them: `except client.exceptions.ResourceNotFoundException`.
    class exceptions:  # noqa: N801 - boto3's name
        """Errors that the client raises."""

        ClientError = ClientError
        ResourceNotFoundException = ResourceNotFoundException

    def __init__(self, streams: LogStreams, outputs: Outputs, place: Place) -> None:
        self._streams = streams
        self._outputs = outputs
        self._place = place
        self._operations = {
            "GetLogEvents": self._get_log_events,
            "FilterLogEvents": self._filter_log_events,
            "DescribeLogStreams": self._describe_log_streams,
            "DescribeLogGroups": self._describe_log_groups,
        }

    def get_log_events(self, **request: Any) -> dict[str, Any]:
        """A page of an attempt's log.

        Takes logGroupName, logStreamName, startTime, endTime (epoch milliseconds), nextToken, limit, startFromHead.
        `nextForwardToken` goes on after the page, and comes back the same at the present end of the log. Raises
        ResourceNotFoundException where there is no such stream (yet).
        """
        return self.call("GetLogEvents", request)

    def filter_log_events(self, **request: Any) -> dict[str, Any]:
        """Events of many streams, by time and by words, in the order of their times.

        Takes logGroupName, logStreamNames or logStreamNamePrefix, startTime, endTime (epoch milliseconds), nextToken,
        limit, filterPattern. An answer may be empty and have a token to go on with.
        """
        return self.call("FilterLogEvents", request)

    def describe_log_streams(self, **request: Any) -> dict[str, Any]:
        """A page of a group's streams, by name or, with `orderBy="LastEventTime"`, by when they were last written to.

        Takes logGroupName, logStreamNamePrefix, orderBy, descending, nextToken, limit. Streams without events come
        before all others in the order of time.
        """
        return self.call("DescribeLogStreams", request)

    def describe_log_groups(self, **request: Any) -> dict[str, Any]:
        """A page of the groups that job definitions write to, by name.

        Takes logGroupNamePrefix or logGroupNamePattern (a part of the name), nextToken, limit.
        """
        return self.call("DescribeLogGroups", request)

    @contextmanager
    def listening(self, stream: str, hear: Callable[[], object]) -> Iterator[None]:
        """Hear that events may have come to a stream, while the block runs: `hear` is on any thread, and must not wait.

        No call of boto3's: a plane in this process need not look again and again. Of an attempt's end it is not told.
        """
        attempt = self._streams.task_ids.read(name_in(stream))
        with self._outputs.listeners.listening(attempt, hear) if attempt else nullcontext():
            yield

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Do an operation by its name in the API: `GetLogEvents`. Raises what boto3's client raises."""
        validate("logs", operation, request)
        do = self._operations.get(operation)
        if do is None:
            words = f"The embedded CloudWatch Logs does not do {operation}: it does {', '.join(self._operations)}."
            raise failure("UnknownOperationException", words, operation)
        try:
            return answer(do(request))
        except NoSuchLog as unknown:
            raise failure("ResourceNotFoundException", str(unknown), operation) from unknown
        except Refused as refused:
            raise failure("InvalidParameterException", str(refused), operation) from refused

    def _get_log_events(self, request: Mapping[str, Any]) -> dict[str, Any]:
        stream = self._streams.find(group_in(request), request["logStreamName"])
        wanted = Wanted(
            start=request.get("startTime", 0),
            end=request.get("endTime", FOREVER),
            limit=_limit(request, MOST_LINES),
            token=request.get("nextToken"),
            from_head=request.get("startFromHead", False),
        )
        page = self._page(stream, wanted)
        events = [{"timestamp": line.at, "message": line.message, "ingestionTime": line.at} for line in page.lines]
        return {"events": events, "nextForwardToken": page.forward, "nextBackwardToken": page.backward}

    def _page(self, stream: LogStream, wanted: Wanted) -> Page:
        try:
            return page_of(self._outputs.find(*stream.key), wanted)
        except Moved:
            # An attempt ends once, so that its output can't be moved a second time.
            return page_of(self._outputs.find(*stream.key), wanted)

    def _filter_log_events(self, request: Mapping[str, Any]) -> dict[str, Any]:
        _limit(request, MOST_LINES)
        return LogSearch(streams=self._streams, outputs=self._outputs).filter_log_events(request)

    def _describe_log_streams(self, request: Mapping[str, Any]) -> dict[str, Any]:
        group, limit, token = group_in(request), _limit(request, _PAGE), request.get("nextToken")
        prefix, descending = request.get("logStreamNamePrefix", ""), request.get("descending", False)
        by_time = _is_by_time(request)
        if by_time:
            walked = self._streams.by_last_event(group, after=_place(token), descending=descending)
        else:
            walked = self._streams.by_name(group, prefix=prefix, after=token, descending=descending)
        # One more than the page holds: whether there is another.
        streams = list(islice(walked, limit + 1))
        described = [self._described(stream) for stream in streams[:limit]]
        if len(streams) <= limit:
            return {"logStreams": described}
        last = streams[limit - 1]
        place = "/".join(map(str, Order.LAST_EVENT.place(last)))
        return {"logStreams": described, "nextToken": place if by_time else last.name}

    def _described(self, stream: LogStream) -> dict[str, Any]:
        times = {
            "firstEventTimestamp": stream.first_at,
            "lastEventTimestamp": stream.last_at,
            "lastIngestionTime": stream.last_at,
        }
        return {
            "logStreamName": stream.name,
            "creationTime": stream.created_at,
            **(times if stream.last_at is not None else {}),
            "arn": f"{self._place.logs(stream.group)}:log-stream:{stream.name}",
            # Of streams, the service has told nothing else since 2019.
            "storedBytes": 0,
        }

    def _describe_log_groups(self, request: Mapping[str, Any]) -> dict[str, Any]:
        unknown = request.keys() - {"logGroupNamePrefix", "logGroupNamePattern", "nextToken", "limit"}
        if unknown:
            raise Refused(f"The embedded CloudWatch Logs does not describe groups by {', '.join(sorted(unknown))}.")
        if {"logGroupNamePrefix", "logGroupNamePattern"} <= request.keys():
            raise Refused("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        limit, after = _limit(request, _PAGE), request.get("nextToken", "")
        prefix, part = request.get("logGroupNamePrefix", ""), request.get("logGroupNamePattern", "")
        names = self._streams.groups.names()
        names = [name for name in names if name.startswith(prefix) and part in name and name > after]
        groups = [
            {"logGroupName": name, "arn": f"{self._place.logs(name)}:*", "logGroupArn": self._place.logs(name)}
            for name in names[:limit]
        ]
        more = {"nextToken": names[limit - 1]} if len(names) > limit else {}
        return {"logGroups": groups, **more}


def _limit(request: Mapping[str, Any], most: int) -> int:
    """How many of something a page is to hold. Raises Refused for none, and for more than the service gives."""
    limit = int(request.get("limit", most))
    if not 1 <= limit <= most:
        bound = "greater than or equal to 1" if limit < 1 else f"less than or equal to {most}"
        raise Refused(
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
            f"Member must have value {bound}"
        )
    return limit


def _is_by_time(request: Mapping[str, Any]) -> bool:
    """Whether streams are to be in the order of their last events. Raises Refused."""
    order = request.get("orderBy", "LogStreamName")
    if order not in ("LogStreamName", "LastEventTime"):
        raise Refused(
            f"1 validation error detected: Value '{order}' at 'orderBy' failed to satisfy constraint: "
            "Member must satisfy enum value set: [LogStreamName, LastEventTime]"
        )
    if order == "LastEventTime" and "logStreamNamePrefix" in request:
        raise Refused("Cannot order by LastEventTime with a logStreamNamePrefix.")
    return bool(order == "LastEventTime")


def _place(token: str | None) -> tuple[int, ...] | None:
    """The place in the order of last events after which a page begins. Raises Refused."""
    if token is None:
        return None
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise Refused("The specified nextToken is invalid.")
    return tuple(map(int, match.groups()))
