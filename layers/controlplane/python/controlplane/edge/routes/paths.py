"""Parts of a path that routes of several modules have, with their bounds."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from controlplane.job import LARGEST_ARRAY, MOST_NODES

#: Which child of an array job, from 0.
Index = Annotated[int, Path(ge=0, lt=LARGEST_ARRAY)]
#: Which node of a multi-node parallel job, from 0.
Node = Annotated[int, Path(ge=0, lt=MOST_NODES)]
