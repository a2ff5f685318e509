"""ListJobs: pages of jobs by queue and status, by a filter, by their array or by their nodes. Reads; changes nothing.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.jobs.detail import Glimpse, Teller
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.list_filters import Place, walks
from batchplane_local.batch.names import name_in
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.resources.catalogue import JOB_DEFINITION, JOB_QUEUE, Catalogue

#: Most jobs of a page, and of one with filters.
_PAGE, _FILTERED_PAGE = 1000, 100


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
            return self._filtered(queue.key, filters[0], request)
        where, values = "job.queue = ? AND status = ?", [queue.key, _status(request)]
        if (after := _after(request)) is not None:
            where, values = f"{where} AND job.key < ?", [*values, after.key]
        size = _size(request, _PAGE)
        return self._answer(self.reading.page(f"{where} ORDER BY job.key DESC", values, size + 1), size)

    def _filtered(self, queue_key: int, given: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of what one filter lets through, whatever its status; SHARE_IDENTIFIER heeds a status too."""
        size = _size(request, _FILTERED_PAGE)
        definitions = [each.name for each in self.catalogue.all(JOB_DEFINITION)]
        where, values = "submission.queue = ? AND job.key = submission.key", [queue_key]
        if given.get("name") == "SHARE_IDENTIFIER" and "jobStatus" in request:
            where, values = f"{where} AND status = ?", [*values, _status(request)]
        stretches = walks(given, _after(request), definitions)
        page: list[Glimpse] = []
        for walk in stretches:
            condition = f"{where} AND {walk.where} ORDER BY {walk.order}"
            page += self.reading.page(condition, [*values, *walk.values], size + 1)
        if given["name"] == "JOB_DEFINITION":
            # Each revision came newest first; the version doesn't affect the order.
            page.sort(key=lambda glimpse: glimpse.submission.key, reverse=True)
        return self._answer(page, size)

    def _children(self, request: Mapping[str, Any], source: str) -> dict[str, Any]:
        """Of an array's children by its arrayJobId, or of the nodes by a multiNodeJobId."""
        if request.get("filters"):
            raise Refused(f"ListJobs takes no filters with {source}")
        # Between two rows of one table, so that no other submission's jobs are looked at.
        rows = "job.key BETWEEN submission.key + 1 AND submission.key + size"
        where = f"submission.job_id = ? AND is_multi_node = ? AND {rows} AND status = ?"
        values: list[Any] = [name_in(request[source]), source == "multiNodeJobId", _status(request)]
        if (after := _after(request)) is not None:
            where, values = f"{where} AND job.key > ?", [*values, after.key]
        size = _size(request, _PAGE)
        page = self.reading.page(f"{where} ORDER BY job.key", values, size + 1)
        return self._answer(page, size)

    def _answer(self, page: list[Glimpse], size: int) -> dict[str, Any]:
        """A page of at most `size`, and a token where there is one job more."""
        answer: dict[str, Any] = {"jobSummaryList": [self.teller.job_summary(moment) for moment in page[:size]]}
        if len(page) > size:
            last, heading = page[size - 1], page[size - 1].submission
            place = Place(key=heading.key + last.position, created_at=heading.created_at, job_name=heading.job_name)
            answer["nextToken"] = place.token
        return answer


def _status(request: Mapping[str, Any]) -> Status:
    return Status[request.get("jobStatus", "RUNNING")]


def _after(request: Mapping[str, Any]) -> Place | None:
    token = request.get("nextToken")
    return None if token is None else Place.of(token)


def _size(request: Mapping[str, Any], most: int) -> int:
    wanted: int = request.get("maxResults", most)
    if wanted < 1:
        raise Refused(f"maxResults must be at least 1, got {wanted}")
    return min(wanted, most)
