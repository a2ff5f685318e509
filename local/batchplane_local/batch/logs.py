"""boto3's CloudWatch Logs client, as far as reading the logs of jobs goes. Speaks its shapes; decides nothing.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from batchplane_local.batch.answers import ResourceNotFoundException, answer, failure
from batchplane_local.batch.log_pages import FOREVER, MOST_LINES, Wanted
from batchplane_local.batch.log_search import LogSearch
from batchplane_local.batch.log_streams import FIRST, LAST, LogStreams, NoSuchLog, StreamKey, group_in
from batchplane_local.batch.names import Place
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.service_model import validate

#: Most streams or groups of a page.
_PAGE = 50
_STREAM_TOKEN = re.compile(r"([0-9]{1,18})/([0-9]{1,3})")


class LogsClient:
    """The logs of one embedded Batch, while attempts run and after. Safe from any thread."""

    #: As boto3's client has them: `except client.exceptions.ResourceNotFoundException`.
    class exceptions:  # noqa: N801 - boto3's name
        """Errors that the client raises."""

        ClientError = ClientError
        ResourceNotFoundException = ResourceNotFoundException

    def __init__(self, search: LogSearch, streams: LogStreams, place: Place) -> None:
        self._search = search
        self._streams = streams
        self._place = place
        self._operations = {
            "GetLogEvents": self._get_log_events,
            "FilterLogEvents": search.filter_log_events,
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
        """Events of many streams, by time and by words; an answer may be empty and have a token to go on with."""
        return self.call("FilterLogEvents", request)

    def describe_log_streams(self, **request: Any) -> dict[str, Any]:
        """A page of a group's streams, in the order in which their jobs were submitted; `descending` turns it."""
        return self.call("DescribeLogStreams", request)

    def describe_log_groups(self, **request: Any) -> dict[str, Any]:
        """A page of the groups that job definitions write to."""
        return self.call("DescribeLogGroups", request)

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
            limit=max(1, min(request.get("limit", MOST_LINES), MOST_LINES)),
            token=request.get("nextToken"),
            from_head=request.get("startFromHead", False),
        )
        page = self._search.page(stream, wanted)
        events = [{"timestamp": line.at, "message": line.message, "ingestionTime": line.at} for line in page.lines]
        return {"events": events, "nextForwardToken": page.forward, "nextBackwardToken": page.backward}

    def _describe_log_streams(self, request: Mapping[str, Any]) -> dict[str, Any]:
        group = self._streams.known_group_in(request)
        descending = request.get("descending", False)
        start = _stream_key(request.get("nextToken"), LAST if descending else FIRST)
        size = _size(request)
        prefix = request.get("logStreamNamePrefix", "")
        # One more than the page holds: where the next one begins.
        streams = list(islice(self._streams.of(group, prefix=prefix, start=start, descending=descending), size + 1))
        arn = f"{self._place.logs(group)}:log-stream:"
        described = [
            {"logStreamName": stream.name, "creationTime": stream.created_at, "arn": f"{arn}{stream.name}"}
            for stream in streams[:size]
        ]
        more = {"nextToken": f"{streams[size].key.job}/{streams[size].key.attempt}"} if len(streams) > size else {}
        return {"logStreams": described, **more}

    def _describe_log_groups(self, request: Mapping[str, Any]) -> dict[str, Any]:
        unknown = request.keys() - {"logGroupNamePrefix", "logGroupNamePattern", "nextToken", "limit"}
        if unknown:
            raise Refused(f"The embedded CloudWatch Logs does not describe groups by {', '.join(sorted(unknown))}.")
        size, after = _size(request), request.get("nextToken", "")
        prefix, part = request.get("logGroupNamePrefix", ""), request.get("logGroupNamePattern", "")
        names = [name for name in self._streams.groups() if name.startswith(prefix) and part in name and name > after]
        groups = [
            {"logGroupName": name, "arn": f"{self._place.logs(name)}:*", "logGroupArn": self._place.logs(name)}
            for name in names[:size]
        ]
        more = {"nextToken": names[size - 1]} if len(names) > size else {}
        return {"logGroups": groups, **more}


def _size(request: Mapping[str, Any]) -> int:
    return max(1, min(int(request.get("limit", _PAGE)), _PAGE))


def _stream_key(token: str | None, otherwise: StreamKey) -> StreamKey:
    if token is None:
        return otherwise
    match = _STREAM_TOKEN.fullmatch(token)
    if match is None:
        raise Refused("The specified nextToken is invalid.")
    return StreamKey(int(match[1]), int(match[2]))
