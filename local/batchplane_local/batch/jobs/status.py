"""The seven statuses of a job and their order. Knows nothing else.

https://docs.aws.amazon.com/batch/latest/userguide/job_states.html
"""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """AWS Batch's own seven, numbered in the order in which one attempt meets them."""

    SUBMITTED = 0
    PENDING = 1
    RUNNABLE = 2
    STARTING = 3
    RUNNING = 4
    SUCCEEDED = 5
    FAILED = 6

    @property
    def is_terminal(self) -> bool:
        """True for SUCCEEDED and FAILED, which are never left."""
        return self >= Status.SUCCEEDED
