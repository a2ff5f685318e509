"""Whether a store has kept the truth. Written without the plane's own merge: from DescribeJobs and the events alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from controlplane.batch.state_change import from_event, transition_status
from controlplane.job import JobType, Status, parent_and_index
from controlplane.records.job_filter import JobFilter
from controlplane.records.record import JobRecord, RecordKey
from tests.chaos.chaos import Run
from tests.chaos.deliveries import transitions
from tests.chaos.truth import Life, Told

_PAGE = 7
_FEW_CHILDREN = 10


def wrongs(run: Run) -> list[str]:
    """Everything that is not as it must be, in words."""
    found = [wrong for life in run.lives for wrong in _of_life(run, life)]
    parents = (life for life in run.lives if len(life.told) > 1)
    found += (wrong for life in parents for wrong in _of_parts(run, life))
    return [*found, *_of_lists(run), *_of_submissions(run), *_of_announcements(run)]


def _of_life(run: Run, life: Life) -> Iterator[str]:
    """Each record of a job, of its children and of its nodes."""
    records, size = run.store.whole, len(life.told) - 1
    children = {each.key: each for each in records.children(life.batch_job_id, size=size, first=0, limit=size)}
    for told in life.told:
        key = _key(life, told)
        # One by one, if they are few: each such read looks at all that was told of its block.
        record = children.get(key) if key.index is not None and size > _FEW_CHILDREN else records.get(key)
        yield from _of_job(run, life, told, record)


def _of_job(run: Run, life: Life, told: Told, record: JobRecord | None) -> Iterator[str]:
    """A job's record says what Batch says."""
    bodies = run.plan.told[told.batch_job_id]
    if record is None:
        if bodies or not life.rival_of:  # of a job with a name of ours nobody but an event tells
            yield f"job {told.batch_job_id} has no record"
        return
    actual = _actual(record)
    for name, value in _expected(run, life, told, bodies).items():
        if actual[name] != value:
            yield f"job {told.batch_job_id}, {told.description['jobName']}: {name} is {actual[name]}, not {value}"


def _expected(run: Run, life: Life, told: Told, bodies: Sequence[str]) -> dict[str, Any]:
    job = told.description
    last = job["attempts"][-1]["container"] if job["attempts"] else {}
    container = {**last, **job.get("container", {})}
    return {
        "batchJobId": told.batch_job_id,
        "status": job["status"],
        "statusReason": job.get("statusReason"),
        "startedAt": job.get("startedAt"),
        "stoppedAt": job["stoppedAt"],
        "attempts": [_attempt(each) for each in job["attempts"]],
        "container": [container.get(name) for name in ("exitCode", "reason", "logStreamName")],
        "history": _history(run, life, told, bodies),
        "owner": life.submission.owner if life.submission and told is life.told[0] else "-",
        "isCancelled": job["isCancelled"],
        "isTerminated": job["isTerminated"],
        "missedAt": None,
        "lost": False,
    }


def _history(run: Run, life: Life, told: Told, bodies: Sequence[str]) -> Mapping[tuple[str, int], int]:
    """When each status was entered after so many attempts: as was delivered, answered to the sweep, and at birth."""
    history = dict(zip(transitions(bodies), (from_event(body).at for body in bodies), strict=True))
    if told.batch_job_id in run.plan.unended:
        job = told.description
        history[job["status"], len(job["attempts"])] = job["stoppedAt"]
    if life.submission and told is life.told[0]:
        history["SUBMITTED", 0] = run.accepted[life.submission.job_id][0]
    return history


def _attempt(attempt: Mapping[str, Any]) -> tuple[Any, ...]:
    container = attempt["container"]
    names = ("exitCode", "reason", "logStreamName")
    times = ("startedAt", "stoppedAt", "statusReason")
    return (*map(container.get, names), *map(attempt.get, times))


def _actual(record: JobRecord) -> dict[str, Any]:
    attempts = [
        (
            each.container.exit_code,
            each.container.reason,
            each.container.log_stream_name,
            each.started_at,
            each.stopped_at,
            each.status_reason,
        )
        for each in record.attempts
    ]
    return {
        "batchJobId": record.batch_job_id,
        "status": record.status.value,
        "statusReason": record.status_reason,
        "startedAt": record.started_at,
        "stoppedAt": record.stopped_at,
        "attempts": attempts,
        "container": [record.exit_code, record.reason, record.log_stream_name],
        "history": {(transition_status(each).value, each // 10): at for each, at in record.history.items()},
        "owner": record.owner,
        "isCancelled": record.is_cancelled,
        "isTerminated": record.is_terminated,
        "missedAt": record.missed_at,
        "lost": record.lost,
    }


def _of_parts(run: Run, life: Life) -> Iterator[str]:
    """An array's children, and a multi-node job's nodes, are counted right, read in order, and none of them is open."""
    children, records = life.told[1:], run.store.whole
    size, job_id = len(children), life.batch_job_id
    counts = dict(Counter(Status(each.description["status"]) for each in children))
    if counts != records.status_summary(job_id, size=size):
        yield f"job {job_id} counts {records.status_summary(job_id, size=size)}, not {counts}"
    if records.open_children(job_id, size=size, first=0, limit=size):
        yield f"job {job_id} has open children or nodes"
    listed = [child.key.index for child in records.children(job_id, size=size, first=0, limit=size)]
    if listed != list(range(size)):
        yield f"job {job_id} of {size} lists {listed}"


def _of_lists(run: Run) -> Iterator[str]:
    """Nothing is open any more, but what has children or nodes without a sweep; every list has each job once."""
    still = run.store.whole.list_open(limit=len(run.lives)).records
    for record in still:
        if run.bad.is_swept or record.type not in (JobType.ARRAY, JobType.MULTI_NODE):
            yield f"job {record.key.job_id} is {record.status} and open"
    owned: dict[str, list[str]] = {}
    for life in run.lives:
        if life.submission:
            owned.setdefault(life.submission.owner, []).append(life.submission.job_id)
    for owner, job_ids in owned.items():
        listed = list(_listed(run, owner))
        if sorted(job_ids) != sorted(listed):
            yield f"the list of {owner} has {listed}, not {job_ids}"


def _listed(run: Run, owner: str) -> Iterator[str]:
    cursor = None
    for _ in range(len(run.lives) + 1):
        page = run.store.whole.list_jobs(JobFilter(owner=owner), limit=_PAGE, cursor=cursor)
        yield from (record.key.job_id for record in page.records)
        cursor = page.cursor
        if cursor is None:
            return


def _of_submissions(run: Run) -> Iterator[str]:
    """Each submission was kept and made once; what was terminated are second jobs of submissions."""
    for job_id, times in run.accepted.items():
        kept, record = run.store.whole.submission(job_id), run.store.whole.get(RecordKey(job_id=job_id))
        seen = {*times, *(each.created_at for each in (kept, record) if each)}
        if len(seen) > 1:
            yield f"{job_id} was accepted at {sorted(seen)}"
    for name, count in Counter(run.batch.submitted).items():
        if count > 1:
            yield f"{name} was submitted {count} times"
    seconds = {life.batch_job_id for life in run.lives if life.is_second}
    if not run.batch.terminated <= seconds:
        yield f"{run.batch.terminated - seconds} were terminated"


def _of_announcements(run: Run) -> Iterator[str]:
    """Each job that has failed was told of once, where the store itself does that; children speak through parents."""
    if run.store.announced is None:
        return
    announced = run.store.announced()
    for life in run.lives:
        job = life.told[0]
        key, bodies = _key(life, job), run.plan.told[job.batch_job_id]
        ends = {status for status, _ in transitions(bodies) if Status(status).is_terminal}
        if job.description["status"] == "FAILED" and ends == {"FAILED"} and announced[key.job_id] != 1:
            yield f"the failure of {key.job_id} was told {announced[key.job_id]} times"


def _key(life: Life, told: Told) -> RecordKey:
    """Where a record must lie."""
    parent, index = parent_and_index(told.batch_job_id)
    if life.submission and index is None:
        return RecordKey(job_id=life.submission.job_id)
    return RecordKey(job_id=parent, index=index)
