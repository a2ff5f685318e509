"""Lives of jobs as Batch may tell them, and what is true of each in the end: strategies for property tests. All pure.

Single jobs, arrays and multi-node parallel jobs, of every shape, with up to ten attempts of which some never ran, and
with or without an end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from hypothesis import strategies as st

from controlplane.batch.job_detail import Attempt, Container
from controlplane.batch.state_change import StateChange, from_description, from_event
from controlplane.job import Status
from tests.builders import BATCH_JOB_ID, T0, event

NODES = 3


class Shape(Enum):
    """Where Batch tells of a job's containers."""

    CONTAINER = "container"
    TASK = "ecsProperties"
    POD = "eksProperties"


@dataclass(frozen=True, kw_only=True)
class Life:
    """One job's life: every event that Batch sends of it, in order, and what is true of it at last."""

    events: tuple[str, ...]
    #: What each event tells: the status, and how many attempts had ended.
    steps: tuple[tuple[Status, int], ...]
    #: Every attempt that ended.
    attempts: tuple[Attempt, ...]

    @cached_property
    def changes(self) -> tuple[StateChange, ...]:
        """The events, read."""
        return tuple(map(from_event, self.events))

    def sightings(self, *, after: int) -> tuple[StateChange, ...]:
        """The same changes as DescribeJobs tells them, each looked at so many milliseconds after T0."""
        details = (json.loads(each)["detail"] for each in self.events)
        return tuple(from_description(each, seen=T0 + after) for each in details)


@st.composite
def attempts(draw: st.DrawFn, *, shape: Shape, most: int) -> tuple[Attempt, ...]:
    """Attempts that have ended, one after the other: some lost their host, some never started."""
    ended: list[Attempt] = []
    at = T0
    for number in range(draw(st.integers(1, most))):
        started_at = at + 1 + draw(st.integers(0, 5000)) if draw(st.booleans()) or not number else None
        at = (started_at or at) + 1 + draw(st.integers(0, 5000))
        container = Container(
            exit_code=draw(st.none() | st.integers(0, 255)) if started_at else None,
            reason=draw(st.none() | st.just(f"reason {number}")),
            log_stream_name=f"stream/{number}" if started_at and shape is not Shape.POD else None,
            name=None if shape is Shape.CONTAINER else "main",
        )
        pod_name = f"pod-{number}" if shape is Shape.POD else None
        why = f"attempt {number} ended"
        ended.append(
            Attempt(container=container, started_at=started_at, stopped_at=at, status_reason=why, pod_name=pod_name)
        )
    return tuple(ended)


@st.composite
def lives(
    draw: st.DrawFn, *, job_id: str = BATCH_JOB_ID, name: str = "theirs", most_attempts: int = 10, **detail: Any
) -> Life:
    """A job that runs, in any shape; of an array's child or of a multi-node job where `job_id` and `detail` say so."""
    shape = draw(st.sampled_from(Shape))
    ended = draw(attempts(shape=shape, most=most_attempts))
    steps: list[tuple[Status, int]] = [(Status.PENDING, 0)] if draw(st.booleans()) else []
    for finished, each in enumerate(ended):
        ran = [Status.RUNNING] if each.started_at else []
        steps += [(status, finished) for status in (Status.RUNNABLE, Status.STARTING, *ran)]
    steps += draw(st.sampled_from([[(Status.SUCCEEDED, len(ended))], [(Status.FAILED, len(ended))], []]))
    told = _Telling(shape=shape, attempts=ended, job_id=job_id, name=name, detail=detail)
    return Life(
        events=tuple(told.event(*step) for step in steps),
        steps=tuple(steps),
        attempts=ended if steps[-1][0].is_terminal else ended[: steps[-1][1]],
    )


@st.composite
def unstarted_lives(draw: st.DrawFn, *, job_id: str = BATCH_JOB_ID, name: str = "theirs", **detail: Any) -> Life:
    """A job that was cancelled before its first attempt."""
    steps = ((Status.PENDING, 0), (Status.RUNNABLE, 0), (Status.FAILED, 0))[draw(st.integers(0, 2)) :]
    told = _Telling(shape=Shape.CONTAINER, attempts=(), job_id=job_id, name=name, detail=detail)
    return Life(events=tuple(told.event(*step) for step in steps), steps=steps, attempts=())


@st.composite
def arrays(
    draw: st.DrawFn, *, job_id: str = BATCH_JOB_ID, name: str = "theirs", most_children: int = 4, most_attempts: int = 3
) -> tuple[Life, ...]:
    """An array: the parent's life, which has PENDING and an end alone, and then each child's, by index."""
    size = draw(st.integers(2, most_children))
    children = [
        draw(
            lives(
                job_id=f"{job_id}:{index}",
                name=name,
                most_attempts=most_attempts,
                arrayProperties={"index": index, "statusSummary": {}},
            )
        )
        for index in range(size)
    ]
    last = [child.steps[-1][0] for child in children]
    all_ended = all(status.is_terminal for status in last)
    end = Status.FAILED if Status.FAILED in last else Status.SUCCEEDED
    steps = ((Status.PENDING, 0), *(((end, 0),) if all_ended else ()))
    summaries = ({"RUNNABLE": size}, {str(status): last.count(status) for status in last})
    events = tuple(
        _Telling(
            shape=Shape.CONTAINER,
            attempts=(),
            job_id=job_id,
            name=name,
            detail={"arrayProperties": {"size": size, "statusSummary": summary}},
        ).event(*step)
        for step, summary in zip(steps, summaries, strict=False)
    )
    return Life(events=events, steps=steps, attempts=()), *children


@st.composite
def multi_nodes(draw: st.DrawFn, *, job_id: str = BATCH_JOB_ID, name: str = "theirs") -> tuple[Life, ...]:
    """A multi-node parallel job: the job's own life, and then each node's."""
    nodes = {"numNodes": NODES, "mainNode": 0, "nodeRangeProperties": [{"targetNodes": "0:"}]}
    own = draw(lives(job_id=job_id, name=name, nodeProperties=nodes))
    members = [{"nodeIndex": index, "isMainNode": index == 0} for index in range(NODES)]
    of_nodes = [
        draw(lives(job_id=f"{job_id}#{node['nodeIndex']}", name=name, nodeDetails=node, most_attempts=2))
        for node in members
    ]
    return own, *of_nodes


def of_any_kind(**where: Any) -> st.SearchStrategy[tuple[Life, ...]]:
    """What one submission may come to: the job's own life first, then those of its children or nodes."""
    single = (lives(**where) | unstarted_lives(**where)).map(lambda life: (life,))
    return single | arrays(**where) | multi_nodes(**where)


@st.composite
def deliveries(draw: st.DrawFn, told: Sequence[StateChange], *, most_repeats: int = 20) -> list[StateChange]:
    """All of what is told, in any order, some of it more than once."""
    repeated = draw(st.lists(st.sampled_from(told), max_size=most_repeats))
    return draw(st.permutations([*told, *repeated]))


@st.composite
def batches(draw: st.DrawFn, delivered: Sequence[StateChange]) -> list[list[StateChange]]:
    """The same, as it may be cut into batches of at least one."""
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(delivered) - 1)))))
    edges = [0, *(cut for cut in cuts if cut < len(delivered)), len(delivered)]
    return [list(delivered[start:end]) for start, end in zip(edges, edges[1:], strict=False)]


@dataclass(frozen=True, kw_only=True)
class _Telling:
    """How Batch tells of one job."""

    shape: Shape
    attempts: tuple[Attempt, ...]
    job_id: str
    name: str
    #: Members of every event's detail.
    detail: Mapping[str, Any]

    def event(self, status: Status, finished: int) -> str:
        """The event that tells of a status, entered when so many attempts had ended."""
        done = self.attempts[:finished]
        current = self.attempts[finished] if finished < len(self.attempts) else None
        detail: dict[str, Any] = {**self.detail, **self._shaped(done)}
        at = (done[-1].stopped_at if done else None) or T0
        if status is Status.RUNNING and current:
            detail["startedAt"] = current.started_at
        if status.is_terminal:
            detail |= {"stoppedAt": at, "statusReason": done[-1].status_reason if done else "Canceled"}
        return event(status, at=at, job_id=self.job_id, name=self.name, **detail)

    def _shaped(self, done: Sequence[Attempt]) -> dict[str, Any]:
        if self.shape is Shape.POD:
            pods = [{**_of(each), "podName": each.pod_name, "containers": [_ended(each)]} for each in done]
            return {"eksAttempts": pods, "eksProperties": {"podProperties": {"containers": [{"name": "main"}]}}}
        if self.shape is Shape.TASK:
            beside = {"name": "beside", "exitCode": 9}
            ended = [{**_of(each), "taskProperties": [{"containers": [beside, _ended(each)]}]} for each in done]
            containers = [{"name": "beside", "essential": False}, {"name": "main", "essential": True}]
            return {"attempts": ended, "ecsProperties": {"taskProperties": [{"containers": containers}]}}
        return {"attempts": [{**_of(each), "container": _ended(each)} for each in done]}


def _of(attempt: Attempt) -> dict[str, Any]:
    times = {"startedAt": attempt.started_at} if attempt.started_at else {}
    return {**times, "stoppedAt": attempt.stopped_at, "statusReason": attempt.status_reason}


def _ended(attempt: Attempt) -> dict[str, Any]:
    container = attempt.container
    told = {
        "name": container.name,
        "exitCode": container.exit_code,
        "reason": container.reason,
        "logStreamName": container.log_stream_name,
    }
    return {member: value for member, value in told.items() if value is not None}
