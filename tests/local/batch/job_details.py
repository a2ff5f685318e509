"""Job details held to the service's own model. Reads botocore's, and knows nothing of the engine."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.model import Shape
from botocore.validate import ParamValidator


def shape_faults(detail: dict[str, Any]) -> str:
    """What the service model finds wrong with a detail; startedAt is required there, and absent before RUNNING."""
    return str(ParamValidator().validate({"startedAt": 0} | detail, _job_detail()).generate_report())


@cache
def _job_detail() -> Shape:
    return botocore.session.Session().get_service_model("batch").shape_for("JobDetail")
