"""GetJobQueueSnapshot: which jobs are next in a queue, and what those that run use. Changes nothing.

https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from batchplane_local.batch.resources.catalogue import JOB_QUEUE, Resource
from batchplane_local.batch.resources.records import Operation, Records, Request

#: RUNNABLE jobs, and shares, that a snapshot shows.
_FRONT, _TOP_SHARES = 100, 20


@dataclass(frozen=True, kw_only=True)
class QueueSnapshot:
    """The operation, as a function from a request that has the right types to an answer's body."""

    records: Records
    #: Epoch milliseconds.
    clock: Callable[[], int]

    def table(self) -> dict[str, Operation]:
        """Operations by name."""
        return {"GetJobQueueSnapshot": self.get_job_queue_snapshot}

    def get_job_queue_snapshot(self, request: Request) -> dict[str, Any]:
        """The first 100 RUNNABLE jobs in the order in which they would start, and the vCPUs in use."""
        queue = self.records.known(JOB_QUEUE, request["jobQueue"])
        return self.records.engine.do(lambda: self._snapshot(queue))

    def _snapshot(self, queue: Resource) -> dict[str, Any]:
        """On the engine's thread, where jobs stand still."""
        now = self.clock()
        return {
            "frontOfQueue": {"jobs": self._front(queue, now), "lastUpdatedAt": now},
            "queueUtilization": {**self._utilization(queue), "lastUpdatedAt": now},
        }

    def _front(self, queue: Resource, now: int) -> list[dict[str, Any]]:
        """Each job has its place since the one ahead of all was taken, or since it was submitted."""
        ready = self.records.ledger.ready(queue.key)
        if ready is None:
            return []
        return [
            {
                "jobArn": self.records.place.batch("job", live.submission.job_id_at(position)),
                "earliestTimeAtPosition": max(ready.moved_at, live.submission.created_at),
            }
            for live, position in islice(ready.in_order(now), _FRONT)
        ]

    def _utilization(self, queue: Resource) -> dict[str, Any]:
        total, by_share = 0, Counter[str]()
        for attempt in self.records.ledger.attempts.values():
            if attempt.live.queue_key == queue.key:
                submission = attempt.submission
                total += submission.need.milli_vcpus
                by_share[submission.share_identifier or ""] += submission.need.milli_vcpus
        utilization: dict[str, Any] = {"totalCapacityUsage": [_usage(total)]}
        if "schedulingPolicyArn" in queue.document:
            top = sorted(by_share.items(), key=lambda share: (-share[1], share[0]))[:_TOP_SHARES]
            utilization["fairshareUtilization"] = {
                "activeShareCount": len(by_share),
                "topCapacityUtilization": [
                    {"shareIdentifier": share, "capacityUsage": [_usage(used)]} for share, used in top
                ],
            }
        return utilization


def _usage(milli_vcpus: int) -> dict[str, Any]:
    return {"capacityUnit": "VCPU", "quantity": milli_vcpus / 1000}
