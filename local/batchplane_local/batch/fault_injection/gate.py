"""What every call passes before and after its operation: the limit of calls a second, and the faults on demand.

Knows no operation but by its name and by the jobs in its answer. Safe from any thread.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ConnectionClosedError

from batchplane_local.batch.answers import failure
from batchplane_local.batch.fault_injection.faults import Faults
from batchplane_local.batch.fault_injection.rate_limit import RateLimit

#: Members of answers that hold jobs, by the operations that may lag behind.
_LAGGING = {"DescribeJobs": "jobs", "ListJobs": "jobSummaryList"}
_FAILED = "Internal server error: a fault on demand, after the request had been accepted"


class Gate:
    """The way in and out for the calls of one embedded Batch."""

    def __init__(self, *, clock: Callable[[], int], calls_per_second: float | None) -> None:
        self._clock = clock
        self._limit = None if calls_per_second is None else RateLimit(calls_per_second)
        self._faults: Faults | None = None
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def use(self, faults: Faults | None) -> None:
        """Have these faults from now on, and count the calls from one."""
        with self._lock:
            self._faults = faults
            self._calls.clear()

    def enter(self, operation: str) -> int:
        """Let a call in; its number comes back. Raises ClientError with TooManyRequestsException."""
        if self._limit is None and self._faults is None:
            return 0
        with self._lock:
            self._calls[operation] += 1
            number, faults = self._calls[operation], self._faults
            is_taken = self._limit is None or self._limit.takes(self._clock())
        if not is_taken or (faults and faults.strikes_call("throttle", operation, number)):
            raise failure("TooManyRequestsException", "Too Many Requests", operation)
        return number

    def leave(self, operation: str, number: int, body: dict[str, Any]) -> dict[str, Any]:
        """The answer of a call that was done, as it is to be seen. Raises ServerException or ConnectionClosedError."""
        faults = self._faults
        if faults is None:
            return body
        if faults.strikes_call("cut_after_accepting", operation, number):
            raise ConnectionClosedError(endpoint_url="the embedded Batch: a fault on demand")
        if faults.strikes_call("fail_after_accepting", operation, number):
            raise failure("ServerException", _FAILED, operation)
        member = _LAGGING.get(operation) if faults.listing_lag_milliseconds else None
        if member is None:
            return body
        known = self._clock() - faults.listing_lag_milliseconds
        return {**body, member: [job for job in body[member] if job["createdAt"] <= known]}
