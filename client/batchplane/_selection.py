"""Ending jobs by what they are, or many by their ids: which would end, and what came of asking each. Prints nothing.

What is told "not now" is asked again, by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from batchplane._clock import from_milliseconds, to_milliseconds
from batchplane._errors import AnswerMalformed, PlaneRefused, refusal
from batchplane._job import Job
from batchplane._job_list import JobFilter
from batchplane._plane_api import NOT_NOW, PlaneApi, member, members

#: Most requests of one walk; each names up to a hundred jobs.
MAX_REQUESTS = 10_000
#: Most jobs that one request names by their ids.
MAX_JOBS = 100


@dataclass(frozen=True, kw_only=True)
class SelectedJob:
    """A job that is to end."""

    job_id: str
    #: As it was when it was asked; None where the plane does not show it.
    job: Job | None
    #: "asked", "withdrawn" (it ended before AWS Batch had it), "over" (it had ended already) or "refused"; None in a
    #: dry run.
    came_to: str | None
    #: What AWS Batch was asked, "CancelJob" or "TerminateJob"; None where it was asked nothing.
    asked: str | None
    #: What came of it in words; None in a dry run.
    detail: str | None
    #: Why it was refused.
    error: PlaneRefused | None


@dataclass(frozen=True, kw_only=True)
class Selected:
    """The jobs that are to end."""

    #: Of a selection newest first, of ids in their order.
    jobs: tuple[SelectedJob, ...]
    #: The selection in earnest takes this, to end no later ones than its dry run named; None of ids.
    created_before: datetime | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many came to what: asked, withdrawn, over, refused. Empty of a dry run."""
        return Counter(each.came_to for each in self.jobs if each.came_to)


@dataclass(frozen=True, kw_only=True)
class EndingBySelection:
    """What is said beside the filter."""

    #: By any of its names; every queue where it is None.
    queue: str | None
    #: Must be true where the filter lets every job through.
    everything: bool
    reason: str
    dry_run: bool


#: Told of each job once, when it is known what came of it.
Progress = Callable[[SelectedJob], None]


def end_selected(
    api: PlaneApi, word: str, wanted: JobFilter, how: EndingBySelection, *, progress: Progress
) -> Selected:
    """Walk through a selection, as `cancel` or `terminate` has it. Raises RequestInvalid."""
    request = _selection(wanted, how.queue) | {"all": how.everything, "reason": how.reason, "dryRun": how.dry_run}
    found: dict[str, SelectedJob] = {}
    for _ in range(MAX_REQUESTS):
        page = api.post(f"/jobs/{word}", request)
        _note(api, page, found, progress)
        cursor, before = page.get("cursor"), page.get("createdBefore")
        if cursor is None:
            _end_late(api, word, found, reason=how.reason, progress=progress)
            return Selected(jobs=tuple(found.values()), created_before=from_milliseconds(before))
        request |= {"cursor": cursor, "createdBefore": before}
    raise AnswerMalformed(f"The plane named jobs in {MAX_REQUESTS} pages, and more are to come.")


def end_named(
    api: PlaneApi, word: str, job_ids: Sequence[str], *, reason: str, dry_run: bool, progress: Progress
) -> Selected:
    """End the jobs with these ids, or name those of them that are not over. Raises RequestInvalid."""
    found: dict[str, SelectedJob] = {}
    for page in _pages(api, word, list(dict.fromkeys(job_ids)), reason=reason, dry_run=dry_run):
        _note(api, page, found, progress)
    _end_late(api, word, found, reason=reason, progress=progress)
    return Selected(jobs=tuple(found.values()))


def _end_late(api: PlaneApi, word: str, found: dict[str, SelectedJob], *, reason: str, progress: Progress) -> None:
    """Ask again for what was told "not now", as `Retry` has it."""
    past = 0
    while late := [job_id for job_id, each in found.items() if _is_late(each)]:
        past += 1
        pause = api.retry.pause_seconds(past)
        if pause is None:
            for job_id in late:
                progress(found[job_id])
            return
        api.clock.sleep(pause)
        for page in _pages(api, word, late, reason=reason, dry_run=False):
            _note(api, page, found, progress)


def _pages(
    api: PlaneApi, word: str, job_ids: Sequence[str], *, reason: str, dry_run: bool
) -> Iterator[Mapping[str, Any]]:
    """What the plane says of jobs by their ids: a hundred in one request, and then those that it had no time for."""
    left = list(job_ids)
    while left:
        page = api.post(f"/jobs/{word}", {"jobIds": left[:MAX_JOBS], "reason": reason, "dryRun": dry_run})
        cursor = page.get("cursor")
        if cursor is not None and cursor not in left[1:MAX_JOBS]:
            raise AnswerMalformed(f"The plane would go on with {cursor!r}, which is none of the jobs that are left.")
        left = left[MAX_JOBS if cursor is None else left.index(cursor) :]
        yield page


def _note(api: PlaneApi, page: Mapping[str, Any], found: dict[str, SelectedJob], progress: Progress) -> None:
    for entry in members(page, "jobs"):
        selected = _selected(api, entry)
        found[selected.job_id] = selected
        if not _is_late(selected):
            progress(selected)


def _is_late(selected: SelectedJob) -> bool:
    """Whether it was told "not now"."""
    return selected.error is not None and selected.error.status in NOT_NOW


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
    if not isinstance(entry.get("jobId"), str):
        raise AnswerMalformed("The plane named a job without its jobId: are client and plane of the same version?")
    return SelectedJob(
        job_id=entry["jobId"],
        job=Job(api, member(entry, "job")) if "job" in entry else None,
        came_to=entry.get("cameTo"),
        asked=entry.get("asked"),
        detail=entry.get("detail"),
        error=refusal(int(problem.get("status", 500)), problem) if problem is not None else None,
    )
