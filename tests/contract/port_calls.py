"""Calls of the port `Records`, drawn at random over few jobs of every kind, so that they meet.

Does no I/O. A transition has one time, whoever tells of it: which of two tellings dates it, each store may say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from random import Random
from typing import Any

import msgspec

from controlplane.batch.job_detail import ArrayProperties, Attempt, Container, JobDetail, NodeProperties
from controlplane.batch.state_change import StateChange
from controlplane.errors import KeySpent
from controlplane.job import Status, child_id, node_id, parent_and_index, part_id
from controlplane.records.port import Merge, Records
from controlplane.records.record import RecordKey
from controlplane.submissions.submission import Part, Submission
from tests.builders import QUEUE, RUNNER, T0, refusal, submission

#: Milliseconds.
DAY = 86_400_000
#: Children lie on both sides of a block's edge.
SIZE, NODES = 1002, 3
SINGLE = submission(tags={"team": "red"})
ARRAY = submission(key="given:array", jobName="Many", arrayProperties={"size": SIZE})
OTHER = submission(owner="user/bob", key="given:other", jobName="other")
GANG = replace(submission(key="given:gang", jobName="gang"), num_nodes=NODES)
#: Of an array that nobody asks for here.
PART = replace(
    submission(key="given:large", jobName="large", arrayProperties={"size": SIZE}),
    job_id=part_id(ARRAY.job_id, 1),
    part=Part(first=SIZE, of=11 * SIZE),
)
SUBMISSIONS = (SINGLE, ARRAY, OTHER, GANG, PART)
INDICES = (0, 1, 999, 1000, 1001)
_ENDS = (Status.SUCCEEDED, Status.FAILED)
_TEXTS = (None, "", "Host EC2 (instance i-0) terminated.", "a\0b é \U0001f600")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the port, by name."""

    name: str
    arguments: Mapping[str, Any]

    def of(self, records: Records) -> Any:
        """Make it; an error that is its answer is told as text, for no two are equal."""
        try:
            answer = getattr(records, self.name)(**self.arguments)
        except KeySpent as error:
            return repr(error)
        return (
            [repr(each) if isinstance(each, KeySpent) else each for each in answer] if _is_of_many(answer) else answer
        )


@dataclass(frozen=True, kw_only=True)
class Deletion(Call):
    """The deletion of a job that is over; what is not over, or not there, is left."""

    def of(self, records: Records) -> Any:
        """Read the record, and delete the job."""
        record = records.get(self.arguments["key"])
        return record and not record.is_open and records.delete(record, at=self.arguments["at"])


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """The jobs that Batch has at a time, all created then (epoch milliseconds); at another time it has others."""

    since: int

    @property
    def of_ours(self) -> dict[str, tuple[str, str]]:
        """Of each submission Batch may have two jobs."""
        return {each.job_id: (self._id(f"{place}a"), self._id(f"{place}b")) for place, each in enumerate(SUBMISSIONS)}

    @property
    def nodes(self) -> dict[str, int]:
        """How many each multi-node parallel job has, by Batch's ids."""
        return {**dict.fromkeys(self.of_ours[GANG.job_id], NODES), self._id("gang"): 2}

    @property
    def sizes(self) -> dict[str, int]:
        """How many children or nodes each has that has any, by Batch's ids."""
        arrays = (*self.of_ours[ARRAY.job_id], *self.of_ours[PART.job_id])
        return {**dict.fromkeys(arrays, SIZE), self._id("array"): 2, **self.nodes}

    @property
    def keys(self) -> list[RecordKey]:
        """Where records of them may stand."""
        theirs = (self._id("single"), self._id("array"), self._id("gang"), *chain.from_iterable(self.of_ours.values()))
        jobs = [RecordKey(job_id=job_id) for job_id in (*self.of_ours, *theirs)]
        children = ((parent, index) for parent, size in self.sizes.items() for index in INDICES if index < size)
        return jobs + [RecordKey(job_id=parent, index=index) for parent, index in children]

    def _id(self, name: str) -> str:
        return f"{name}-{self.since}"


class Calls:
    """Draws calls."""

    def __init__(self, random: Random, *, clock: Callable[[], int]) -> None:
        self._random = random
        self._clock = clock
        #: Those that are told of now.
        self.jobs = Jobs(since=clock())

    def begin_anew(self) -> None:
        """Tell of other jobs from now on."""
        self.jobs = Jobs(since=self._clock())

    @property
    def submissions(self) -> list[Submission]:
        """What is asked for, now."""
        return [replace(each, created_at=self._clock()) for each in SUBMISSIONS]

    def draw(self) -> Call:
        """One call; mostly such as write."""
        (kind,) = self._random.choices(list(self._kinds), weights=[weight for weight, _ in self._kinds.values()])
        return Call(name=kind, arguments=self._kinds[kind][1]())

    def ending(self) -> list[Call]:
        """What ends one job that is ours, whichever of Batch's two it is."""
        job_id = self._ours()
        changes = (self._change(batch_id, status=self._random.choice(_ENDS)) for batch_id in self.jobs.of_ours[job_id])
        merges = [Merge(key=RecordKey(job_id=job_id), changes=(change,), ours=True) for change in changes]
        return [Call(name="merge", arguments={"merges": [merge]}) for merge in merges]

    def deletions(self) -> list[Call]:
        """Of each job that is ours."""
        keys = (RecordKey(job_id=each.job_id) for each in SUBMISSIONS)
        return [Deletion(name="delete", arguments={"key": key, "at": self._clock()}) for key in keys]

    @property
    def _kinds(self) -> dict[str, tuple[int, Callable[[], dict[str, Any]]]]:
        return {
            "create": (4, lambda: {"submission": self._random.choice(self.submissions)}),
            "create_all": (2, lambda: {"submissions": self._random.sample(self.submissions, 2)}),
            "merge": (24, lambda: {"merges": [self._merge() for _ in range(self._random.randint(1, 4))]}),
            "decide": (2, self._decision),
            "claim": (4, self._claim),
            "release": (1, lambda: {"job_id": self._ours(), "claimed_at": self._random.choice((T0, T0 + 1))}),
            "settle": (2, self._settling),
            "miss": (2, self._note),
            "find": (1, lambda: {"key": self._random.choice(self.jobs.keys)}),
            "lose": (2, self._note),
            "close": (
                2,
                lambda: {
                    "key": self._random.choice([key for key in self.jobs.keys if key.index is None]),
                    "since": self._random.choice((None, self._clock())),
                },
            ),
            "claim_alert": (2, lambda: {"job_id": self._ours(), "at": self._clock(), "lease": 1000}),
            "close_alert": (1, lambda: {"job_id": self._ours()}),
            "keep_bookmark": (1, lambda: {"name": "sweep", "place": self._random.choice((None, "here", "there"))}),
        }

    def _ours(self) -> str:
        return self._random.choice(SUBMISSIONS).job_id

    def _note(self) -> dict[str, Any]:
        return {"key": self._random.choice(self.jobs.keys), "at": self._clock()}

    def _claim(self) -> dict[str, Any]:
        random = self._random
        previous, digests = (
            random.choice((None, None, T0, T0 + 1)),
            random.choice(((), ("new", "old"), ("newest", "new", "old"))),
        )
        at = random.choice((T0, T0 + 1))
        return {"job_id": self._ours(), "previous": previous, "at": at, "capability_digests": digests}

    def _settling(self) -> dict[str, Any]:
        job_id = self._ours()
        return {"job_id": job_id, "batch_job_id": self._random.choice(self.jobs.of_ours[job_id])}

    def _decision(self) -> dict[str, Any]:
        key = self._random.choice(self.jobs.keys)
        change = self._change(self._batch_id(key), status=self._random.choice(_ENDS))
        return {"key": key, "change": change}

    def _merge(self) -> Merge:
        key = self._random.choice(self.jobs.keys)
        batch_id = self._batch_id(key)
        changes = tuple(self._change(batch_id) for _ in range(self._random.randint(1, 3)))
        is_ours = key.job_id in self.jobs.of_ours
        if is_ours and not self._random.randrange(20):
            changes = (msgspec.structs.replace(refusal(), at=self._clock()),)
        return Merge(key=key, changes=changes, ours=is_ours)

    def _batch_id(self, key: RecordKey) -> str:
        if key.index is not None:
            return (node_id if key.job_id in self.jobs.nodes else child_id)(key.job_id, key.index)
        return self._random.choice(self.jobs.of_ours[key.job_id]) if key.job_id in self.jobs.of_ours else key.job_id

    def _change(self, batch_job_id: str, *, status: Status | None = None) -> StateChange:
        random = self._random
        if status is None and not random.randrange(10):
            detail = self._detail(batch_job_id, Status.SUBMITTED, 0)
            return StateChange(detail=detail, at=self.jobs.since, unknown_status="THROTTLED")
        status = status or random.choice(tuple(Status))
        finished = random.randint(0, 2)
        at = self.jobs.since + 1000 * (10 * finished + status.rank)
        return StateChange(detail=self._detail(batch_job_id, status, finished), at=at)

    def _detail(self, batch_job_id: str, status: Status, finished: int) -> JobDetail:
        """What a job is told to be after so many attempts: always the same, whoever tells it."""
        parent, index = parent_and_index(batch_job_id)
        size = self.jobs.sizes.get(parent) if index is None else None
        is_gang = parent in self.jobs.nodes
        array = ArrayProperties(index=index, size=size) if (size or index is not None) and not is_gang else None
        nodes = NodeProperties(num_nodes=size) if size and is_gang else None
        text = _TEXTS[(status.rank + finished) % len(_TEXTS)]
        return JobDetail(
            job_id=batch_job_id,
            status=status,
            job_name=f"name-{parent}",
            job_queue=QUEUE,
            job_definition=RUNNER,
            created_at=self.jobs.since,
            status_reason=text,
            started_at=self.jobs.since + 900 if status.rank > Status.STARTING.rank else None,
            attempts=tuple(_attempt(number, since=self.jobs.since) for number in range(finished)),
            container=Container(reason=text),
            array_properties=array,
            node_properties=nodes,
            is_cancelled=status is Status.FAILED,
        )


def _is_of_many(answer: Any) -> bool:
    return isinstance(answer, Sequence) and not isinstance(answer, str)


def _attempt(number: int, *, since: int) -> Attempt:
    stream = f"job/default/{number:032x}"
    container = Container(exit_code=number, reason=_TEXTS[number], log_stream_name=stream)
    return Attempt(container=container, started_at=since + number, stopped_at=since + 10_000 * number + 1)
