"""Waiting for a job to change: the work of the routes `wait`. Looks at the record, and never asks Batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from controlplane.caller import Caller
from controlplane.job import Status
from controlplane.records.owned_jobs import OwnedJobs
from controlplane.records.port import Records
from controlplane.records.record import JobRecord
from controlplane.viewing.viewer import Viewer

#: Longest wait, in seconds: an HTTP API gives up after 30.
MAX_SECONDS = 25
#: Pause between two looks, in seconds: one read of the record each.
PAUSE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Waiter:
    """Waits for jobs on behalf of those who may read them."""

    records: Records
    jobs: OwnedJobs
    viewer: Viewer
    #: Epoch milliseconds.
    clock: Callable[[], int]
    #: Lets so many seconds pass.
    sleep: Callable[[float], None]
    #: How many seconds are left to wait.
    time_to_wait: Callable[[], float]

    def wait(
        self, job_id: str, *, caller: Caller, status: Status, seconds: float, index: int | None = None
    ) -> dict[str, Any]:
        """Whether a job (or child) has left a status, or is over, within so many seconds; and the job as it is then.

        With no seconds it is one look; so it is where nothing is left of the request's time. Raises JobNotFound.
        """
        until = self.clock() + round(min(seconds, self.time_to_wait()) * 1000)
        record: JobRecord | None = self.jobs.to_read(job_id, caller=caller, index=index)[0]
        while record and record.status is status and record.is_open:
            left = (until - self.clock()) / 1000
            if left <= 0:
                break
            self.sleep(min(PAUSE_SECONDS, left))
            record = self.records.get(record.key)
        is_as_before = record is not None and record.status is status and record.is_open
        return {"changed": not is_as_before, "job": self.viewer.describe(job_id, caller=caller, index=index)}
