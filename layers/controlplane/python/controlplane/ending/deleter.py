"""Deleting jobs on request: the work of `DELETE /jobs/{id}`. A job that is not over is never deleted.

What it left in the IOBucket goes first and its record last, so that a deletion that breaks off is found and gone on
with. One request does a bounded part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from controlplane.caller import Caller
from controlplane.errors import JobNotFound, JobNotOver
from controlplane.io_bucket import MOST_AT_ONCE, IOBucket, job_prefix
from controlplane.records.owned_jobs import OwnedJobs
from controlplane.records.port import Records
from controlplane.records.record import JobRecord
from controlplane.records.split_arrays import SplitArrays


@dataclass(frozen=True, kw_only=True)
class Deleter:
    """Deletes jobs for their owners."""

    records: Records
    jobs: OwnedJobs
    io_bucket: IOBucket
    #: Epoch milliseconds.
    clock: Callable[[], int]
    #: No more objects, and no part of an array, are begun with after so long.
    enough_milliseconds: int

    def delete(self, job_id: str, *, caller: Caller) -> dict[str, Any]:
        """Delete a job that is over, or a part of what it left: then `more` is true, and it is to be asked again.

        Raises:
            JobNotFound: There is no such job, or no longer.
            NotSubmittedHere: It is nobody's.
            JobNotOver: It has not ended, nor is it lost.
            NotYet: A store kept some of it.
        """
        record = self.jobs.to_delete(job_id, caller=caller)
        if record.is_open:
            raise JobNotOver(
                f"Job {job_id} is {record.status}, and only a job that is over can be deleted:"
                " terminate it first (POST /jobs/{id}/terminate, batchplane terminate), and wait for its end."
            )
        until = self.clock() + self.enough_milliseconds
        deleted, more = self._empty(job_prefix(record.owner, job_id), until=until)
        if more or not self._forget_parts(record, until=until):
            return {"jobId": job_id, "objects": deleted, "more": True}
        if not self.records.delete(record, at=self.clock()):  # somebody has begun the job anew
            raise JobNotFound(f"There is no job {job_id}.")
        return {"jobId": job_id, "objects": deleted, "more": False}

    def _forget_parts(self, record: JobRecord, *, until: int) -> bool:
        """Delete the records of an array's parts, with all their children; False where there was no time for all."""
        parts = SplitArrays(records=self.records).parts(record) if record.is_split else ()
        for place, part in enumerate(filter(None, parts)):
            if place and self.clock() >= until:  # one goes at least, so that it comes to an end
                return False
            self.records.delete(part, at=self.clock())
        return True

    def _empty(self, prefix: str, *, until: int) -> tuple[int, bool]:
        """Delete objects while there is time; how many, and whether some are left."""
        deleted = 0
        while True:
            taken = self.io_bucket.delete_objects(prefix)
            deleted += taken
            if taken < MOST_AT_ONCE:
                return deleted, False
            if self.clock() >= until:
                return deleted, True
