"""The route of `edge/routes/job_list.py`, described."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import SUCCEEDED, Job
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import NotAnOperator


class JobsPage(TypedDict):
    """Some jobs, newest first."""

    jobs: list[Job]
    cursor: Annotated[str | None, Meta(description="To go on with; null at the end.")]


OPERATIONS: Operations = {
    "GET /jobs": Operation(
        id="listJobs",
        tag="Jobs",
        answers={200: Answer(description="A page", type=JobsPage, example={"jobs": [SUCCEEDED], "cursor": None})},
        problems=(NotAnOperator,),
    ),
}
