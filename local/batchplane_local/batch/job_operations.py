"""The operations on jobs: submit, describe, list, cancel, terminate. Checks and asks; the engine does.

https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.bounds.catalogue_limits import check_share
from batchplane_local.batch.bounds.limits import check_reason
from batchplane_local.batch.bounds.submission_limits import check_platform, check_submission
from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.dispatch import Body, Operation
from batchplane_local.batch.engine import Engine
from batchplane_local.batch.jobs.detail import Teller
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.jobs.submission import submission_of
from batchplane_local.batch.listing import Listing
from batchplane_local.batch.names import JobId, split_job_id
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.resources.catalogue import Catalogue

Request = Mapping[str, Any]
#: Jobs that one DescribeJobs may name, and one CancelJobs or TerminateJobs.
_DESCRIBED, _STOPPED = 100, 50


@dataclass(frozen=True, kw_only=True)
class JobOperations:
    """The operations, as functions from a request that has the right types to an answer's body."""

    engine: Engine
    ledger: Ledger
    catalogue: Catalogue
    reading: Reading
    teller: Teller
    listing: Listing
    #: Epoch milliseconds.
    clock: Callable[[], int]
    #: Rows for the jobs to come; drawn on the engine's thread.
    keys: Keys

    def table(self) -> dict[str, Operation]:
        """Operations by name."""
        return {
            "SubmitJob": self.submit_job,
            "DescribeJobs": self.describe_jobs,
            "ListJobs": self.list_jobs,
            "CancelJob": self.cancel_job,
            "TerminateJob": self.terminate_job,
            "CancelJobs": self.cancel_jobs,
            "TerminateJobs": self.terminate_jobs,
        }

    def submit_job(self, request: Request) -> Future[Body]:
        """Accept a job; answered once it is on disk."""
        check_submission(request)
        queue = self.catalogue.queue_for(request["jobQueue"])
        definition = self.catalogue.definition_for(request["jobDefinition"])
        check_share(request, queue.document, definition.document)
        check_platform(request, queue.document, definition.document)
        job_id = str(uuid.uuid4())

        def accept() -> Body:
            now = self.clock()
            submission = submission_of(
                request,
                definition.document,
                key=self.keys.next,
                job_id=job_id,
                job_queue=queue.document["jobQueueArn"],
                created_at=now,
            )
            self.ledger.accept(submission, queue.key, now)
            self.keys.draw(1 + submission.last_position)
            arn = self.teller.place.batch("job", job_id)
            return {"jobArn": arn, "jobName": request["jobName"], "jobId": job_id}

        return self.engine.begin(accept)

    def describe_jobs(self, request: Request) -> dict[str, Any]:
        """The jobs with these ids; unknown ones are left out."""
        job_ids = _plain_ids(request["jobs"])
        if len(job_ids) > _DESCRIBED:
            raise Refused(f"Maximum number of jobs supported is {_DESCRIBED}")
        return {"jobs": [self.teller.job_detail(moment) for moment in self.reading.moments(job_ids)]}

    def list_jobs(self, request: Request) -> dict[str, Any]:
        """A page of a queue's jobs, an array's children or a job's nodes; RUNNING ones unless told otherwise."""
        return self.listing.list_jobs(request)

    def cancel_job(self, request: Request) -> dict[str, Any]:
        """Jobs that haven't started are cancelled; others go on, and the call succeeds."""
        self._stop(request, terminate=False)
        return {}

    def terminate_job(self, request: Request) -> dict[str, Any]:
        """Jobs that run are ended; jobs that haven't started are cancelled."""
        self._stop(request, terminate=True)
        return {}

    def cancel_jobs(self, request: Request) -> dict[str, Any]:
        """CancelJob for each of at most 50 jobs; a job that is not found counts as cancelled."""
        return self._stop_all(request, terminate=False)

    def terminate_jobs(self, request: Request) -> dict[str, Any]:
        """TerminateJob for each of at most 50 jobs; a job that is not found counts as terminated."""
        return self._stop_all(request, terminate=True)

    def _stop(self, request: Request, *, terminate: bool) -> None:
        check_reason(request["reason"])
        job = self._stoppable(request["jobId"])
        if job is None:
            raise Refused(f"Job {request['jobId']} does not exist")
        self._end([job], request["reason"], terminate=terminate)

    def _stop_all(self, request: Request, *, terminate: bool) -> dict[str, Any]:
        if len(request["jobs"]) > _STOPPED:
            raise Refused(f"Maximum number of jobs supported is {_STOPPED}")
        check_reason(request["reason"])
        errors, known = [], []
        for job in request["jobs"]:
            try:
                known.append(self._stoppable(job))
            except Refused as refused:
                errors.append({"job": job, "code": "ClientException", "message": str(refused)})
        self._end([job for job in known if job is not None], request["reason"], terminate=terminate)
        failed = {error["job"] for error in errors}
        return {"successful": [job for job in request["jobs"] if job not in failed], "errors": errors}

    def _stoppable(self, job: str) -> JobId | None:
        """The job of an id or an ARN; None where there is none. Raises Refused for one that can't be ended alone."""
        (plain_id,) = _plain_ids((job,))
        job_id = split_job_id(plain_id)
        if job_id is None or self.reading.key_of(plain_id) is None:
            return None
        if job_id.is_node:
            raise Refused(f"Job {job} is a node, and ends with its multi-node parallel job {job_id.submission}")
        return job_id

    def _end(self, jobs: Sequence[JobId], reason: str, *, terminate: bool) -> None:
        """Ask for the end of these jobs, all in one commit."""

        def stop() -> None:
            for job in jobs:
                live = self.ledger.lives.get(job.submission)
                if live is None:
                    continue
                if terminate:
                    self.engine.terminate(live, job.position, reason)
                else:
                    self.ledger.cancel(live, job.position, reason, self.clock())

        if jobs:
            self.engine.do(stop)


class Keys:
    """Numbers rows, each once."""

    def __init__(self, last: int) -> None:
        #: The first row that is free.
        self.next = last + 1

    def draw(self, rows: int) -> None:
        """So many rows are taken."""
        self.next += rows


def _plain_ids(ids_or_arns: Sequence[str]) -> list[str]:
    return [job.rpartition("/")[2] for job in ids_or_arns]
