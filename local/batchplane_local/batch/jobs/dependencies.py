"""What a submission waits for: plain, N_TO_N and SEQUENTIAL dependencies. Registers who waits; moves nobody.

https://docs.aws.amazon.com/batch/latest/userguide/job_dependencies.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from batchplane_local.batch.jobs.live import Live
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.submission import Submission
from batchplane_local.batch.names import split_job_id
from batchplane_local.batch.refused import Refused


class History(Protocol):
    """The submissions whose jobs have all ended."""

    def settled_statuses(self, job_id: str) -> Sequence[int] | None:
        """The last status at each position of the submission with this id, nodes left out; None where there is none."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency:
    """A job, or an array's children one by one, that a submission waits for."""

    #: The submission waited for; None when all its jobs have ended.
    live: Live | None
    #: Status at each position of the submission waited for.
    statuses: Sequence[int]
    #: The job waited for; None for N_TO_N, where each child waits for the child of its own index.
    position: int | None


def dependencies_of(submission: Submission, lives: Mapping[str, Live], history: History) -> list[Dependency]:
    """Everything the submission waits for but its own siblings; Refused where one can't be waited for."""
    given = (dependency for dependency in submission.depends_on if "jobId" in dependency)
    return [_dependency(submission, entry["jobId"], entry.get("type"), lives, history) for entry in given]


def remaining_dependencies_of(submission: Submission, lives: Mapping[str, Live], history: History) -> list[Dependency]:
    """The same of a submission of an earlier life, without jobs that were pruned since it was accepted.

    Those have ended well, or the submission would have failed with them.
    """
    unknown = [entry for entry in submission.depends_on if "jobId" in entry and not _is_known(entry, lives, history)]
    if unknown:
        known = [entry for entry in submission.depends_on if entry not in unknown]
        submission = replace(submission, depends_on=known)
    return dependencies_of(submission, lives, history)


def wait_for(live: Live, dependencies: Sequence[Dependency]) -> set[int]:
    """Register the submission with all it waits for; the positions come back whose dependency has failed."""
    doomed: set[int] = set()
    for dependency in dependencies:
        if dependency.position is None:
            doomed |= _wait_for_children(live, dependency)
        else:
            doomed |= _wait_for_job(live, dependency, dependency.position)
    if live.is_sequential:
        doomed |= _wait_for_siblings(live)
    return doomed


def first_statuses(live: Live, doomed: set[int]) -> Iterator[tuple[int, int, Status]]:
    """The statuses that new jobs begin with, as runs of positions: PENDING where there is a dependency to wait for."""
    run: tuple[int, int, Status] | None = None
    for position in live.submission.positions:
        waits = live.shared_waits or live.waits[position] or position in doomed
        status = Status.PENDING if waits else Status.RUNNABLE
        if run and run[2] == status:
            run = (run[0], position, status)
            continue
        if run:
            yield run
        run = (position, position, status)
    if run:
        yield run


def _wait_for_job(live: Live, dependency: Dependency, position: int) -> set[int]:
    status = dependency.statuses[position]
    if status == Status.FAILED:
        return set(live.submission.positions)
    if status != Status.SUCCEEDED and dependency.live:
        live.shared_waits += 1
        dependency.live.jobs_awaited_by.setdefault(position, []).append(live)
    return set()


def _wait_for_children(live: Live, dependency: Dependency) -> set[int]:
    doomed = set()
    for position in live.submission.positions:
        status = dependency.statuses[position]
        if status == Status.FAILED:
            doomed.add(position)
        elif status != Status.SUCCEEDED:
            live.waits[position] += 1
    if dependency.live:
        dependency.live.children_awaited_by.append(live)
    return doomed


def _wait_for_siblings(live: Live) -> set[int]:
    """SEQUENTIAL: each child waits for the one before it."""
    doomed = set()
    for position in live.submission.positions[1:]:
        before = live.statuses[position - 1]
        if before == Status.FAILED:
            doomed.add(position)
        if before != Status.SUCCEEDED:
            live.waits[position] += 1
    return doomed


def _dependency(
    submission: Submission, job_id: str, kind: str | None, lives: Mapping[str, Live], history: History
) -> Dependency:
    parts = split_job_id(job_id)
    if parts and parts.is_node:
        raise Refused(f"A job can't depend on a node of a multi-node parallel job; depend on the job: {job_id}")
    live = lives.get(parts.submission) if parts else None
    statuses = _statuses(live) if live else parts and history.settled_statuses(parts.submission)
    if not parts or not statuses or parts.position >= len(statuses):
        raise Refused(f"Job dependency {job_id} does not exist")
    if kind != "N_TO_N":
        return Dependency(live=live, statuses=statuses, position=parts.position)
    if parts.position or len(statuses) - 1 != submission.size:
        raise Refused(f"N_TO_N dependency {job_id} must be an array job of the same size, {submission.size}")
    return Dependency(live=live, statuses=statuses, position=None)


def _is_known(entry: Mapping[str, str], lives: Mapping[str, Live], history: History) -> bool:
    parts = split_job_id(entry["jobId"])
    return parts is not None and bool(parts.submission in lives or history.settled_statuses(parts.submission))


def _statuses(live: Live) -> Sequence[int]:
    """The status at each position that a job can depend on: nodes are left out."""
    return live.statuses[:1] if live.is_multi_node else live.statuses
