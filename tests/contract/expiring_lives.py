"""A life of each kind of job, told to a store up to its end: what a plane does to records, without the plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from controlplane.job import part_id
from controlplane.records.port import Records, brought, ended_unsubmitted
from controlplane.records.record import JobRecord, RecordKey
from controlplane.records.split_arrays import SplitArrays
from controlplane.submissions.submission import Submission
from tests.builders import bring, change, submission
from tests.local.clocks import Clock

DAY = 86_400_000
#: Of an array in three parts.
LARGE = 20_001


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where lives are told: a store, and its time."""

    records: Records
    clock: Clock

    def begin(self, name: str, *, batch: bool = True, **document: object) -> Submission:
        """A job is accepted, and Batch has it under its name."""
        asked = submission(key=f"given:{name}", now=self.clock(), **document)  # type: ignore[arg-type] - any document
        self.records.create(asked)
        if batch:
            self.records.settle(asked.job_id, name)
        return asked

    def tell(self, asked: Submission, name: str, status: str, **detail: object) -> None:
        """Batch tells of a job of ours."""
        news = change(status, job_id=name, name=asked.batch_job_name, at=self.clock(), createdAt=self.clock(), **detail)
        bring(self.records, RecordKey(job_id=asked.job_id), news, ours=True)

    def tell_child(self, name: str, index: int, status: str, *, mark: str = ":") -> None:
        """Batch tells of a child or node."""
        news = change(status, job_id=f"{name}{mark}{index}", at=self.clock())
        bring(self.records, RecordKey(job_id=name, index=index), news, ours=False)

    def record(self, job_id: str) -> JobRecord:
        """The record of a job that is there."""
        record = self.records.get(RecordKey(job_id=job_id))
        assert record is not None
        return record

    def end_unsubmitted(self, asked: Submission) -> None:
        """A job ends before Batch ever knew it."""
        ending = ended_unsubmitted(self.record(asked.job_id), reason="words", at=self.clock())
        brought(self.records, ending)


def single(stage: Stage) -> None:
    """It fails, and somebody is told of it."""
    asked = stage.begin("single")
    stage.tell(asked, "single", "RUNNING")
    stage.tell(asked, "single", "FAILED")
    stage.records.claim_alert(asked.job_id, at=stage.clock(), lease=1000)
    stage.records.close_alert(asked.job_id)


def two_ends(stage: Stage) -> None:
    """Batch tells of two ends, and says later which it was."""
    asked = stage.begin("two")
    stage.tell(asked, "two", "FAILED")
    stage.clock.now += DAY
    news = change("SUCCEEDED", job_id="two", name=asked.batch_job_name, at=stage.clock())
    stage.records.decide(RecordKey(job_id=asked.job_id), news)


def array(stage: Stage) -> None:
    """Its children end, one of which Batch tells of after the array's end."""
    shape = {"arrayProperties": {"size": 1002}}
    asked = stage.begin("array", **shape)
    stage.tell(asked, "array", "PENDING", **shape)
    stage.tell_child("array", 0, "SUCCEEDED")
    stage.tell(asked, "array", "SUCCEEDED", **shape)
    stage.tell_child("array", 1001, "SUCCEEDED")


def array_in_parts(stage: Stage) -> None:
    """Its parts end longer after each other than jobs are kept; one of them Batch refuses."""
    asked = stage.begin("large", batch=False, arrayProperties={"size": LARGE})
    arrays = SplitArrays(records=stage.records)
    arrays.split(stage.record(asked.job_id), asked, at=stage.clock())
    parts = [stage.records.submission(part_id(asked.job_id, number)) for number in range(3)]
    for number, part in enumerate(parts):
        assert part is not None
        shape = {"arrayProperties": {"size": part.size, "statusSummary": {}}}
        if number == 1:
            stage.end_unsubmitted(part)
        else:
            stage.records.settle(part.job_id, f"part-{number}")
            stage.tell(part, f"part-{number}", "PENDING", **shape)
            stage.tell_child(f"part-{number}", 7, "SUCCEEDED")
            stage.tell(part, f"part-{number}", "SUCCEEDED", **shape)
        arrays.gather(part.job_id)
        stage.clock.now += 40 * DAY


def multi_node(stage: Stage) -> None:
    """Its nodes end with it."""
    asked = replace(submission(key="given:gang", now=stage.clock()), num_nodes=3)
    stage.records.create(asked)
    shape = {"nodeProperties": {"numNodes": 3, "mainNode": 0, "isMainNode": False}}
    stage.tell(asked, "gang", "RUNNING", **shape)
    stage.tell_child("gang", 1, "SUCCEEDED", mark="#")
    stage.tell(asked, "gang", "SUCCEEDED", **shape)


def rerun(stage: Stage) -> None:
    """Another job runs again."""
    asked = replace(submission(key="given:again", now=stage.clock()), rerun_of="j" + "0" * 25)
    stage.records.create(asked)
    stage.tell(asked, "again", "SUCCEEDED")


def lost(stage: Stage) -> None:
    """Batch forgets it."""
    stage.tell(stage.begin("lost"), "lost", "RUNNING")


def lost_array(stage: Stage) -> None:
    """Batch forgets it with its children."""
    shape = {"arrayProperties": {"size": 1002}}
    stage.tell(stage.begin("forgotten", **shape), "forgotten", "PENDING", **shape)
    stage.tell_child("forgotten", 1001, "RUNNING")


def lost_in_parts(stage: Stage) -> None:
    """Batch forgets one of its parts."""
    asked = stage.begin("halves", batch=False, arrayProperties={"size": 10_002})
    arrays = SplitArrays(records=stage.records)
    arrays.split(stage.record(asked.job_id), asked, at=stage.clock())
    for number, status in enumerate(("SUCCEEDED", "PENDING")):
        part = stage.records.submission(part_id(asked.job_id, number))
        assert part is not None
        stage.tell(part, f"half-{number}", status, arrayProperties={"size": part.size})
        stage.tell_child(f"half-{number}", 5, "RUNNING")


def cancelled(stage: Stage) -> None:
    """Before Batch knew it."""
    stage.end_unsubmitted(stage.begin("cancelled", batch=False))


def rejected_array(stage: Stage) -> None:
    """Batch refuses it."""
    stage.end_unsubmitted(stage.begin("refused", batch=False, arrayProperties={"size": 5}))


def spilled(stage: Stage) -> None:
    """Its command is longer than Batch takes."""
    asked = stage.begin("long", containerOverrides={"command": ["x" * 9000]})
    stage.tell(asked, "long", "SUCCEEDED")


def deleted(stage: Stage) -> None:
    """Its owner deletes it while it is alerted of, and Batch tells of a child of it again."""
    shape = {"arrayProperties": {"size": 5}}
    asked = stage.begin("deleted", **shape)
    stage.tell_child("deleted", 3, "SUCCEEDED")
    stage.tell(asked, "deleted", "SUCCEEDED", **shape)
    stage.records.claim_alert(asked.job_id, at=stage.clock(), lease=1000)
    stage.records.delete(stage.record(asked.job_id), at=stage.clock())
    stage.records.close_alert(asked.job_id)
    stage.tell_child("deleted", 3, "RUNNING")


def deleted_in_parts(stage: Stage) -> None:
    """Its owner deletes it with all of its parts, and Batch tells of a child of one again."""
    array_in_parts(stage)
    whole = stage.record(submission(key="given:large", arrayProperties={"size": LARGE}).job_id)
    for each in (*SplitArrays(records=stage.records).parts(whole), whole):
        assert each is not None
        stage.records.delete(each, at=stage.clock())
    stage.tell_child("part-0", 7, "FAILED")


def deleted_nodes(stage: Stage) -> None:
    """Their owner deletes them with their job, and Batch tells of one again."""
    multi_node(stage)
    stage.records.delete(stage.record(submission(key="given:gang").job_id), at=stage.clock())
    stage.tell_child("gang", 1, "FAILED", mark="#")


def nobodys(stage: Stage) -> None:
    """Nobody submitted it through the plane."""
    bring(stage.records, RecordKey(job_id="theirs"), change("SUCCEEDED", job_id="theirs", at=stage.clock()), ours=False)


#: Each by its name.
LIVES: Mapping[str, Callable[[Stage], None]] = {
    life.__name__: life
    for life in (
        *(single, two_ends, array, array_in_parts, multi_node, rerun, lost, lost_array, lost_in_parts),
        *(cancelled, rejected_array, spilled, deleted, deleted_in_parts, deleted_nodes, nobodys),
    )
}
