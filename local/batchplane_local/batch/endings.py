"""Endings that are not a process's own, in the words of ECS and Batch. Decides nothing.

https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html
"""

from __future__ import annotations

from batchplane_local.batch.retry import Ending

#: The attempt used more memory than its job asked for.
OUT_OF_MEMORY = Ending(
    exit_code=137,
    reason="OutOfMemoryError: Container killed due to memory usage",
    status_reason="Essential container in task exited",
)
#: Hexadecimal digits of an instance's id.
_INSTANCE_DIGITS = 17


def host_lost(task_id: str) -> Ending:
    """The host of an attempt is gone, by Spot or by failure: nobody knows how it would have ended."""
    instance = task_id[:_INSTANCE_DIGITS]
    return Ending(exit_code=None, reason=None, status_reason=f"Host EC2 (instance i-{instance}) terminated.")
