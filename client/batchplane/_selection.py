"""Ending jobs by what they are: which would end, and what came of asking each. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from batchplane._clock import from_milliseconds, to_milliseconds
from batchplane._errors import AnswerMalformed, PlaneRefused, refusal
from batchplane._job import Job
from batchplane._job_list import JobFilter
from batchplane._plane_api import PlaneApi, member, members

#: Most requests of one walk; each names up to a hundred jobs.
MAX_REQUESTS = 10_000


@dataclass(frozen=True, kw_only=True)
class SelectedJob:
    """A job that a selection names."""

    job: Job
    #: What AWS Batch was asked, "CancelJob" or "TerminateJob"; None where it was asked nothing.
    asked: str | None
    #: The same in words; None in a dry run.
    detail: str | None
    #: Why it could not be asked.
    error: PlaneRefused | None


@dataclass(frozen=True, kw_only=True)
class Selected:
    """The jobs that a selection names."""

    #: Newest first.
    jobs: tuple[SelectedJob, ...]
    #: The selection in earnest takes this, to end those that its dry run named, and no later ones.
    created_before: datetime | None


@dataclass(frozen=True, kw_only=True)
class EndingBySelection:
    """What is said beside the filter."""

    #: By any of its names; every queue where it is None.
    queue: str | None
    #: Must be true where the filter lets every job through.
    everything: bool
    reason: str
    dry_run: bool


def end_selected(
    api: PlaneApi,
    word: str,
    wanted: JobFilter,
    how: EndingBySelection,
    *,
    progress: Callable[[SelectedJob], None],
) -> Selected:
    """Walk through a selection, as `cancel` or `terminate` has it. Raises RequestInvalid."""
    request = _selection(wanted, how.queue) | {"all": how.everything, "reason": how.reason, "dryRun": how.dry_run}
    found: list[SelectedJob] = []
    for _ in range(MAX_REQUESTS):
        page = api.post(f"/jobs/{word}", request)
        for each in members(page, "jobs"):
            found.append(_selected(api, each))
            progress(found[-1])
        cursor, before = page.get("cursor"), page.get("createdBefore")
        if cursor is None:
            return Selected(jobs=tuple(found), created_before=from_milliseconds(before))
        request |= {"cursor": cursor, "createdBefore": before}
    raise AnswerMalformed(f"The plane named jobs in {MAX_REQUESTS} pages, and more are to come.")


def _selection(wanted: JobFilter, queue: str | None) -> dict[str, Any]:
    """A filter as a body has it."""
    created_from, created_before = wanted.get("created_from"), wanted.get("created_before")
    given = {
        "owner": wanted.get("owner"),  # which the plane refuses: everybody ends their own
        "jobQueue": queue,
        "status": list(wanted.get("status") or ()),
        "type": list(wanted.get("type") or ()),
        "namePrefix": wanted.get("name_prefix"),
        "tags": dict(wanted.get("tags") or {}),
        "createdFrom": None if created_from is None else to_milliseconds(created_from),
        "createdBefore": None if created_before is None else to_milliseconds(created_before),
    }
    return {name: value for name, value in given.items() if value not in (None, "", [], {})}


def _selected(api: PlaneApi, entry: Mapping[str, Any]) -> SelectedJob:
    problem = member(entry, "problem") if "problem" in entry else None
    return SelectedJob(
        job=Job(api, member(entry, "job")),
        asked=entry.get("asked"),
        detail=entry.get("detail"),
        error=refusal(int(problem.get("status", 500)), problem) if problem is not None else None,
    )
