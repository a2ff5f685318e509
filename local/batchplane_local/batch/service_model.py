"""botocore's own model of a service: which operations there are, and whether a request has the right types.

A model is read at the first use, once in a process. Checks no bound that is not in the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import ParamValidationError
from botocore.model import OperationModel, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from batchplane_local.batch.bounds.model_limits import Check, check_of
from batchplane_local.batch.conformity import Conforms, conformity


def operation_named(method: str) -> str | None:
    """The operation behind a method of boto3's Batch client: SubmitJob for submit_job. None for no such method."""
    return _batch_methods().get(method)


def operations(service: str) -> list[OperationModel]:
    """Every operation of a service, with its path and its members."""
    model = _service(service)
    return [model.operation_model(name) for name in model.operation_names]


def validate(service: str, operation: str, request: Mapping[str, Any]) -> None:
    """Raise ParamValidationError, as boto3 does before it sends anything, for a request of the wrong shape."""
    if _conforms(service, operation)(request):
        return
    report = ParamValidator().validate(request, _input_shape(service, operation))
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())


def check_limits(service: str, operation: str, request: Mapping[str, Any]) -> None:
    """Refuse, as the service does, what botocore lets through: a number too large, a value that is none of a list's."""
    check = _limits(service, operation)
    if check is not None:
        check(request, operation)


@cache
def _service(name: str) -> ServiceModel:
    return botocore.session.Session().get_service_model(name)


@cache
def _input_shape(service: str, operation: str) -> Shape:
    shape = _service(service).operation_model(operation).input_shape
    # An operation without parameters takes an empty structure.
    return shape or StructureShape(operation, {"type": "structure", "members": {}})


@cache
def _conforms(service: str, operation: str) -> Conforms:
    return conformity(_input_shape(service, operation))


@cache
def _limits(service: str, operation: str) -> Check | None:
    return check_of(_input_shape(service, operation))


@cache
def _batch_methods() -> Mapping[str, str]:
    return {xform_name(name): name for name in _service("batch").operation_names}
