"""The route of `edge/routes/submissions.py`, described."""

from __future__ import annotations

from controlplane.edge.openapi.job import ACCEPTED, Job
from controlplane.edge.openapi.operation import Answer, Operation, Operations, Reads
from controlplane.errors import KeySpent, QuotaExceeded, SubmissionConflict

_BATCHS_OWN = {
    "jobName": "compress",
    "jobQueue": "default",
    "jobDefinition": "runner",
    "containerOverrides": {
        "command": ["gzip", "-9", "data.csv"],
        "environment": [{"name": "LEVEL", "value": "9"}],
        "resourceRequirements": [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "2048"}],
    },
    "retryStrategy": {"attempts": 3, "evaluateOnExit": [{"action": "EXIT", "onExitCode": "2"}]},
    "timeout": {"attemptDurationSeconds": 3600},
    "tags": {"project": "apollo"},
}

OPERATIONS: Operations = {
    "POST /jobs": Operation(
        id="submitJob",
        tag="Jobs",
        answers={
            202: Answer(description="Accepted, and kept", type=Job, example=ACCEPTED),
            200: Answer(description="Accepted before, with this key and this body", type=Job, example=ACCEPTED),
        },
        reads=Reads(body="SubmitJobRequest", headers=("Idempotency-Key",)),
        problems=(SubmissionConflict, KeySpent, QuotaExceeded),
        requests={
            "In short forms": {"jobName": "compress", "command": ["gzip", "-9", "data.csv"], "memory": "2 GiB"},
            "As AWS Batch's own SubmitJob document": _BATCHS_OWN,
            "An array job": {
                "jobName": "sweep",
                "command": ["sh", "-c", "./work $AWS_BATCH_JOB_ARRAY_INDEX"],
                "arrayProperties": {"size": 100},
            },
        },
    ),
}
