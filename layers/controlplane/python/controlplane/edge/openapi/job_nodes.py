"""The routes of `edge/routes/job_nodes.py`, described: as those of an array's children are."""

from __future__ import annotations

from dataclasses import replace

from controlplane.edge.openapi import job_history, job_log, job_wait
from controlplane.edge.openapi.job import NODE, Job
from controlplane.edge.openapi.jobs import PartsPage
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import JobNotFound


def _as_of_a_child(described: Operations, path: str, operation_id: str) -> Operation:
    child = described[f"GET /jobs/{{jobId}}/children/{{index}}/{path}"]
    return replace(child, id=operation_id, tag="Nodes")


OPERATIONS: Operations = {
    "GET /jobs/{jobId}/nodes": Operation(
        id="listNodes",
        tag="Nodes",
        answers={200: Answer(description="A page", type=PartsPage, example={"jobs": [NODE], "next": 2})},
        problems=(JobNotFound,),
    ),
    "GET /jobs/{jobId}/nodes/{node}": Operation(
        id="describeNode",
        tag="Nodes",
        answers={200: Answer(description="The node", type=Job, example=NODE)},
        problems=(JobNotFound,),
    ),
    "GET /jobs/{jobId}/nodes/{node}/history": _as_of_a_child(job_history.OPERATIONS, "history", "listNodeHistory"),
    "GET /jobs/{jobId}/nodes/{node}/attempts": _as_of_a_child(job_history.OPERATIONS, "attempts", "listNodeAttempts"),
    "GET /jobs/{jobId}/nodes/{node}/log": _as_of_a_child(job_log.OPERATIONS, "log", "readNodeLog"),
    "GET /jobs/{jobId}/nodes/{node}/wait": _as_of_a_child(job_wait.OPERATIONS, "wait", "waitForNode"),
}
