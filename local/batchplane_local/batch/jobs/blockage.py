"""Why the head of a queue can't start, whatever ends before it: Batch's own reasons and words. Finds none.

https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
"""

from __future__ import annotations

from enum import IntEnum


class Blockage(IntEnum):
    """A reason. Stands where a status stands in what is told of jobs, so its number is no status's."""

    DISABLED = 16
    COMPUTE_ENVIRONMENT_MAX_RESOURCE = 17
    JOB_RESOURCE_REQUIREMENT = 18
    #: Only where a fault holds the queue: a machine that is busy is no reason.
    INSUFFICIENT_INSTANCE_CAPACITY = 19

    @property
    def status_reason(self) -> str:
        """The status reason of the job."""
        return _WORDS[self]

    @property
    def code(self) -> str:
        """What jobStateTimeLimitActions call it."""
        return self.status_reason.partition(" - ")[0]


_WORDS = {
    Blockage.DISABLED: "ACTION_REQUIRED - CE(s) associated with the job queue are disabled.",
    Blockage.COMPUTE_ENVIRONMENT_MAX_RESOURCE: (
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - "
        "CE(s) associated with the job queue cannot meet the CPU requirement of the job."
    ),
    Blockage.JOB_RESOURCE_REQUIREMENT: (
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) "
        "is higher than that can be met by the CE(s) attached to the job queue."
    ),
    Blockage.INSUFFICIENT_INSTANCE_CAPACITY: (
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - "
        "Service cannot fulfill the capacity requested for instance type [optimal]"
    ),
}
