"""A folder of the embedded Batch in which many jobs have ended, written as the engine would have, at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.database.store import Store
from batchplane_local.batch.jobs.changes import AttemptRow, Birth, Changes, JobRow
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.submission import Submission

#: Submissions of one commit.
_CHUNK = 5000


def store_ended_jobs(folder: Path, template_id: str, jobs: int) -> None:
    """Store so many copies of a job that is in this folder, each with one attempt; the folder must not be open."""
    database = folder / "batch.sqlite3"
    with closing(Reading(database)) as reading, closing(Store(database, synchronous="NORMAL")) as store:
        (template,) = reading.moments([template_id])
        first = store.last_key + 1
        queue = next(each.key for each in reading.resources() if each.kind == "job-queue")
        for start in range(first, first + jobs, _CHUNK):
            copies = _copies(template.submission, range(start, min(start + _CHUNK, first + jobs)))
            store.commit(_changes(list(copies), queue))


def job_id_of(key: int) -> str:
    """The id of the copy in this row."""
    return str(uuid.UUID(int=key, version=4))


def _copies(template: Submission, keys: range) -> Iterator[Submission]:
    for key in keys:
        yield replace(template, key=key, job_id=job_id_of(key), job_name=f"bench-{key}")


def _changes(copies: list[Submission], queue: int) -> Changes:
    """What their acceptance and their ending would have written together; one in ten has failed."""
    changes = Changes()
    for each in copies:
        key, at = each.key, each.created_at
        exit_code = int(key % 10 == 0)
        status = Status.FAILED if exit_code else Status.SUCCEEDED
        changes.submissions.append((each, queue))
        changes.births.append(Birth(key, key, key, queue, Status.RUNNABLE))
        changes.jobs[key] = JobRow(status, 1, at, at, "Essential container in task exited")
        changes.attempts[key, 1] = AttemptRow(
            key, 1, "bench", 1, at, at, exit_code, None, "Essential container in task exited"
        )
    return changes
