"""A job object: one job's properties, and what may be asked of it. Holds what was last told; asks only in methods."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from batchplane._address import JobAddress
from batchplane._deletion import delete
from batchplane._ended import Ended
from batchplane._errors import ArgumentInvalid
from batchplane._history import JobHistory
from batchplane._job_file import JobFile, files_of
from batchplane._log import LogLine, follow, read
from batchplane._plane_api import PlaneApi, member, members
from batchplane._queue import Place
from batchplane._record import Attempt, JobRecord
from batchplane._timeline import Transition
from batchplane._wait import watch

#: Children or nodes in one answer.
PAGE_CHILDREN = 100


class Job:
    """A job of AWS Batch, by its id. Properties are as of the last `refresh()`; methods ask the plane."""

    def __init__(self, api: PlaneApi, document: Mapping[str, Any], *, address: JobAddress | None = None) -> None:
        self._api = api
        self._document = document
        self._record = JobRecord.from_document(document)
        self._address = address or JobAddress.parsed(self._record.job_id)

    @classmethod
    def open(cls, api: PlaneApi, job_id: str) -> Job:
        """The job with this id; `ID:INDEX` is a child of an array job, `ID#INDEX` a node. Raises JobNotFound."""
        address = JobAddress.parsed(job_id)
        return cls(api, api.get(address.path), address=address)

    def __repr__(self) -> str:
        return f"<Job {self.job_id} {self.name!r} {self.status}>"

    @property
    def job_id(self) -> str:
        """The plane's id; `ID:INDEX` for a child of an array job, `ID#INDEX` for a node. `Client.job` opens it."""
        return str(self._address)

    @property
    def batch_job_id(self) -> str | None:
        """AWS Batch's own id; None until Batch knows the job."""
        return self._record.batch_job_id

    @property
    def name(self) -> str:
        """The caller's name for the job."""
        return self._record.job_name

    @property
    def owner(self) -> str:
        """Who submitted the job; "-" where nobody did through the plane."""
        return self._record.owner

    @property
    def type(self) -> str:
        """Single, Array, ArrayChild, MultiNode or Node."""
        return self._record.type

    @property
    def index(self) -> int | None:
        """Which child of its array job, or node of its multi-node parallel job, from 0; None for any other job."""
        return self._record.index

    @property
    def original_index(self) -> int | None:
        """Which child of a larger array this job, or child, stands for; None where its own index is that."""
        return self._record.original_index

    @property
    def rerun_of(self) -> str | None:
        """The id of the job that this one, or its array, runs again; None for a first run."""
        return self._record.rerun_of

    @property
    def size(self) -> int | None:
        """How many children an array job has; None for any other job."""
        return self._record.size

    @property
    def num_nodes(self) -> int | None:
        """How many nodes a multi-node parallel job has; None for any other job."""
        return self._record.num_nodes

    @property
    def is_main_node(self) -> bool:
        """True for the node whose end is its job's."""
        return self._record.is_main_node

    @property
    def status(self) -> str:
        """One of AWS Batch's seven: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html."""
        return self._record.status

    @property
    def status_reason(self) -> str | None:
        """Why the job is in its status, in Batch's words."""
        return self._record.status_reason

    @property
    def exit_code(self) -> int | None:
        """What the last attempt's command exited with."""
        return self._record.exit_code

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts that have finished, in order."""
        return self._record.attempts

    @property
    def history(self) -> tuple[Transition, ...]:
        """Each status that the job entered, in order."""
        return self._record.history

    @property
    def created_at(self) -> datetime | None:
        """When the job was submitted, in UTC."""
        return self._record.created_at

    @property
    def is_in_progress(self) -> bool:
        """True while the job has yet to finish. Like the other two, False where that is not known (`lost`)."""
        return self._record.is_in_progress

    @property
    def succeeded(self) -> bool:
        """True once the job has SUCCEEDED."""
        return self._record.succeeded

    @property
    def failed(self) -> bool:
        """True once the job has FAILED."""
        return self._record.failed

    @property
    def lost(self) -> bool:
        """True where AWS Batch has forgotten the job before it told of an end."""
        return self._record.lost

    @property
    def conflict(self) -> bool:
        """True where AWS Batch told of two ends: both are in the history, and the status is one of them."""
        return self._record.conflict

    @property
    def record(self) -> JobRecord:
        """All properties at one moment."""
        return self._record

    @property
    def document(self) -> Mapping[str, Any]:
        """The job document as the plane sent it, in DescribeJobs' words."""
        return self._document

    def refresh(self) -> Job:
        """Ask the plane again. Raises JobNotFound."""
        self._document = self._api.get(self._path)
        self._record = JobRecord.from_document(self._document)
        return self

    def wait(self, timeout: float | None = None) -> Job:
        """Wait until the job has finished or is lost, for so many seconds at most. The plane tells when it changes.

        A FAILED job is not an error here: ask `failed`. Raises WaitTimedOut.
        """
        for _ in watch([self], timeout=timeout, clock=self._api.clock):
            pass
        return self

    def hold(self, seconds: float) -> bool:
        """Have the plane hold one request for so many seconds (25 at most), or until the job leaves its status.

        True if it has, or is over; the job object then knows. `wait` does this until the end. Raises JobNotFound.
        """
        answer = self._api.get(f"{self._path}/wait", status=self.status, timeout=f"{seconds:g}")
        document = member(answer, "job")
        self._document, self._record = document, JobRecord.from_document(document)
        return bool(answer.get("changed"))

    def cancel(self, reason: str = "") -> Ended:
        """End the job, an array with all its children: before it starts if it may be, else it is told to terminate.

        AWS Batch is told the reason after who asked. What has ended already stays as it is; asking twice does no harm.
        Raises JobNotFound, RequestInvalid.
        """
        return self._end("cancel", reason)

    def terminate(self, reason: str = "") -> Ended:
        """End the job in whatever status it is, an array with all its children. As `cancel` otherwise."""
        return self._end("terminate", reason)

    def rerun(self, *, everything: bool = False, idempotency_key: str | None = None) -> Job:
        """Run the job again as a new one, once it has ended; of an array only what failed, or everything.

        Each child keeps the index that its command knew it by (AWS_BATCH_JOB_ARRAY_INDEX); one that failed alone runs
        as a single job. Raises JobNotOver, NothingFailed, RequestInvalid,
        JobNotFound.
        """
        self._require_whole("rerun")
        body = {"all": everything} if self._address.index is None else {}
        key = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        return Job(self._api, self._api.post(f"{self._path}/rerun", body, **key))

    def children(self, *, status: Sequence[str] | None = None) -> Iterator[Job]:
        """The children that Batch has told of, by index, of these statuses if any; none for a job that is no array."""
        return self._parts("children", is_node=False, status=status)

    def child(self, index: int) -> Job:
        """One child of an array job, by its index from 0. Raises JobNotFound."""
        return Job.open(self._api, f"{self._address.job_id}:{index}")

    def nodes(self, *, status: Sequence[str] | None = None) -> Iterator[Job]:
        """The nodes that Batch has told of, by index, of these statuses if any; none for a job that has none."""
        return self._parts("nodes", is_node=True, status=status)

    def node(self, index: int) -> Job:
        """One node of a multi-node parallel job, by its index from 0. Raises JobNotFound."""
        return Job.open(self._api, f"{self._address.job_id}#{index}")

    def log(self, attempt: int | None = None) -> Iterator[LogLine]:
        """The lines of an attempt (from 1) to their present end; of the last one unless it is given, if it has any yet.

        Raises JobNotFound; LogNotFound where the attempt that is given has no log.
        """
        return read(self._api, self._path, attempt=attempt)

    def follow_log(self, attempt: int | None = None) -> Iterator[LogLine]:
        """Lines as they come, until the attempt has ended; without an attempt, until the job has.

        The plane tells when there are some. Raises JobNotFound; LogNotFound where there will be no such attempt.
        """
        return follow(self._api, self._path, attempt=attempt, refresh=lambda: self.refresh().record)

    def read_history(self) -> JobHistory:
        """Ask for each status with its reason, and each attempt with the one that runs. Raises JobNotFound."""
        return JobHistory.ask(self._api, self._path)

    def place(self) -> Place:
        """Where the job stands in its queue's line; an array where its first child does. Raises JobNotFound."""
        return Place.from_wire(self._api.get(f"{self._path}/place"))

    def outputs(self) -> Iterator[JobFile]:
        """The files that the job left under outputs/; of an array those of all children. Raises JobNotFound.

        Nodes leave none: multi-node job definitions carry no runner.
        """
        return iter(()) if self._address.is_node else files_of(self._api, self._path, "outputs")

    def inputs(self) -> Iterator[JobFile]:
        """The files that the job was given, without those that the IOBucket has no more. Raises JobNotFound."""
        return files_of(self._api, JobAddress(job_id=self._address.job_id).path, "inputs")

    def delete(self, *, progress: Callable[[int], object] = lambda objects: None) -> int:
        """Delete the job with its record and its files in the IOBucket; what was uploaded for it stays.

        It must be over. Many files take several requests: `progress` is told how many went so far. Returns how many
        there were. Gone is gone: that it was deleted meanwhile is no error. Raises JobNotOver.
        """
        if self._address.index is not None:
            raise ArgumentInvalid(f"A child or node is deleted with its job; {self.job_id} is one")
        return delete(self._api, self._path, progress=progress)

    def _parts(self, kind: str, *, is_node: bool, status: Sequence[str] | None) -> Iterator[Job]:
        first: int | None = 0
        while first is not None:
            page = self._api.get(f"{self._path}/{kind}", first=first, limit=PAGE_CHILDREN, status=status)
            for document in members(page, "jobs"):
                index = JobRecord.from_document(document).index
                address = JobAddress(job_id=self._address.job_id, index=index, is_node=is_node)
                yield Job(self._api, document, address=address)
            first = page.get("next")

    def _end(self, word: str, reason: str) -> Ended:
        self._require_whole(word)
        answer = self._api.post(f"{self._path}/{word}", {"reason": reason} if reason else {})
        ended = Ended.from_wire(answer)
        self._document, self._record = ended.document, JobRecord.from_document(ended.document)
        return ended

    def _require_whole(self, word: str) -> None:
        if self._address.is_node:
            raise ArgumentInvalid(f"A node begins and ends with its job: {word} {self._address.job_id}")

    @property
    def _path(self) -> str:
        return self._address.path
