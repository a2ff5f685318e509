"""ListJobs: pages of jobs by queue and status, by a filter, by their array or by their nodes. Reads; changes nothing.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.catalogue import JOB_QUEUE, Catalogue
from batchplane_local.batch.detail import Glimpse, Teller
from batchplane_local.batch.names import name_in
from batchplane_local.batch.reading import Reading
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.status import Status

#: Most jobs of a page, and of one with filters.
_PAGE, _FILTERED_PAGE = 1000, 100
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Answers ListJobs."""

    catalogue: Catalogue
    reading: Reading
    teller: Teller

    def list_jobs(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of JobSummary: of a queue newest first, of an array's children or a job's nodes by index."""
        sources = [member for member in ("jobQueue", "arrayJobId", "multiNodeJobId") if member in request]
        if len(sources) != 1:
            raise Refused("Exactly one of jobQueue, arrayJobId and multiNodeJobId must be given")
        if sources == ["jobQueue"]:
            return self._jobs(request)
        return self._children(request, sources[0])

    def _jobs(self, request: Mapping[str, Any]) -> dict[str, Any]:
        queue = self.catalogue.find(JOB_QUEUE, request["jobQueue"])
        if queue is None:
            raise Refused(f"JobQueue {request['jobQueue']} not found.")
        filters = request.get("filters", ())
        if len(filters) > 1:
            raise Refused(f"ListJobs takes one filter at a time, got {len(filters)}")
        if filters:
            where, values = _filter(filters[0])
            where = f"submission.queue = ? AND job.key = submission.key AND {where}"
        else:
            where, values = "job.queue = ? AND status = ?", [_status(request)]
        before = _token(request)
        if before is not None:
            where, values = f"{where} AND job.key < ?", [*values, before]
        size = _size(request, _FILTERED_PAGE if filters else _PAGE)
        page = self.reading.page(f"{where} ORDER BY job.key DESC", [queue.key, *values], size + 1)
        return self._answer(page, size)

    def _children(self, request: Mapping[str, Any], source: str) -> dict[str, Any]:
        """Of an array's children by its arrayJobId, or of the nodes by a multiNodeJobId."""
        if request.get("filters"):
            raise Refused(f"ListJobs takes no filters with {source}")
        where = "submission.job_id = ? AND is_multi_node = ? AND job.key > submission.key AND status = ?"
        values: list[Any] = [name_in(request[source]), source == "multiNodeJobId", _status(request)]
        after = _token(request)
        if after is not None:
            where, values = f"{where} AND job.key > ?", [*values, after]
        size = _size(request, _PAGE)
        page = self.reading.page(f"{where} ORDER BY job.key", values, size + 1)
        return self._answer(page, size)

    def _answer(self, page: list[Glimpse], size: int) -> dict[str, Any]:
        """A page of at most `size`, and a token where there is one job more: the row of the page's last."""
        answer: dict[str, Any] = {"jobSummaryList": [self.teller.job_summary(moment) for moment in page[:size]]}
        if len(page) > size:
            last = page[size - 1]
            answer["nextToken"] = str(last.submission.key + last.position)
        return answer


def _filter(given: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """The condition in SQL of one filter, and its values."""
    name, values = given.get("name", ""), given.get("values", ())
    if len(values) != 1:
        raise Refused(f"ListJobs filter {name} takes one value, got {len(values)}")
    (value,) = values
    if name == "JOB_NAME":
        if value.endswith("*"):
            escaped = value[:-1].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            return "submission.job_name LIKE ? ESCAPE '\\'", [f"{escaped}%"]
        return "submission.job_name = ? COLLATE NOCASE", [value]
    if name in ("BEFORE_CREATED_AT", "AFTER_CREATED_AT"):
        if not _NUMBER.fullmatch(value):
            raise Refused(f"ListJobs filter {name} takes epoch milliseconds, got {value}")
        return f"submission.created_at {'<' if name.startswith('BEFORE') else '>'} ?", [int(value)]
    raise Refused(f"The embedded Batch does not do the ListJobs filter {name} yet")


def _status(request: Mapping[str, Any]) -> Status:
    name = request.get("jobStatus", "RUNNING")
    if name not in Status.__members__:
        raise Refused(f"Invalid job status {name}")
    return Status[name]


def _token(request: Mapping[str, Any]) -> int | None:
    token = request.get("nextToken")
    if token is None:
        return None
    if not _NUMBER.fullmatch(token):
        raise Refused(f"Invalid nextToken {token}")
    return int(token)


def _size(request: Mapping[str, Any], most: int) -> int:
    wanted: int = request.get("maxResults", most)
    return max(1, min(wanted, most))
