"""Endings that are not a process's own, in the words of ECS and Batch. Decides nothing.

https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html
"""

from __future__ import annotations

from batchplane_local.batch.jobs.retry import Ending

#: The attempt used more memory than its job asked for.
OUT_OF_MEMORY = Ending(
    exit_code=137,
    reason="OutOfMemoryError: Container killed due to memory usage",
    status_reason="Essential container in task exited",
)
#: Hexadecimal digits of an instance's id.
_INSTANCE_DIGITS = 17


def host_lost(folder_id: str) -> Ending:
    """The host is gone, by Spot or by failure, and nobody knows how its attempt would have ended.

    The host is this machine: its name is that of the data folder.
    """
    instance = folder_id[:_INSTANCE_DIGITS]
    return Ending(exit_code=None, reason=None, status_reason=f"Host EC2 (instance i-{instance}) terminated.")
