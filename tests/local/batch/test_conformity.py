"""The quick check of a request's types agrees with botocore's own, on every operation of both services."""

from __future__ import annotations

import random
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator

from batchplane_local.batch.conformity import conformity
from batchplane_local.batch.service_model import operations, validate

#: What is no value of any shape, or of most.
STRAY: tuple[Any, ...] = (None, "", 0, -1, True, 1.5, [], {}, (), b"x", ["x"], {"x": "y"}, {1: 2})
#: Requests that are tried for each operation, and how often a part of one is a stray value.
TRIES, STRAYS = 100, 0.05


def value(shape: Shape, chance: random.Random) -> Any:
    """A value of a shape, now and then with a stray one in it."""
    if chance.random() < STRAYS:
        return chance.choice(STRAY)
    if isinstance(shape, StructureShape):
        names = [name for name in shape.members if name in shape.required_members or chance.random() < 0.3]
        unknown = {"unknown": 1} if chance.random() < STRAYS else {}
        return {name: value(shape.members[name], chance) for name in names if chance.random() > STRAYS} | unknown
    if isinstance(shape, MapShape):
        return {f"k{each}": value(shape.value, chance) for each in range(chance.randrange(3))}
    if isinstance(shape, ListShape):
        return [value(shape.member, chance) for _ in range(chance.randrange(3))]
    if shape.type_name == "string":
        return "x" * chance.randrange(3)
    return chance.random() < 0.5 if shape.type_name == "boolean" else chance.randrange(-1, 3)


def input_of(operation: OperationModel) -> Shape:
    """What a request of an operation must be."""
    return operation.input_shape or StructureShape("none", {"type": "structure", "members": {}})


@pytest.mark.parametrize(
    "operation", [*operations("batch"), *operations("logs")], ids=lambda operation: str(operation.name)
)
def test_a_yes_is_botocores_too(operation: OperationModel) -> None:
    """What conforms has no errors for ParamValidator: a no costs time, a wrong yes would let a request through."""
    shape, chance = input_of(operation), random.Random(operation.name)  # noqa: S311 - the same ones in every run
    conforms = conformity(shape)
    tried = [value(shape, chance) for _ in range(TRIES)]
    assert [] == [each for each in tried if conforms(each) and ParamValidator().validate(each, shape).has_errors()]


@pytest.mark.parametrize(
    "operation", [*operations("batch"), *operations("logs")], ids=lambda operation: str(operation.name)
)
def test_every_operation_has_its_check(operation: OperationModel) -> None:
    """No model is too deep for it, and an unknown member conforms nowhere."""
    assert conformity(input_of(operation))({"unknown": 1}) is False


def test_an_ordinary_request_needs_no_second_look() -> None:
    """SubmitJob's own types are all known."""
    shape = next(each.input_shape for each in operations("batch") if each.name == "SubmitJob")
    environment = [{"name": "A", "value": "B"}]
    request = {
        "jobName": "x",
        "jobQueue": "q",
        "jobDefinition": "d",
        "arrayProperties": {"size": 3},
        "containerOverrides": {"command": ["true"], "environment": environment},
        "tags": {"a": "b"},
        "propagateTags": True,
    }
    assert shape is not None
    assert conformity(shape)(request) is True


def test_the_words_are_botocores() -> None:
    """As boto3 says them before it sends anything."""
    with pytest.raises(ParamValidationError) as refused:
        validate("batch", "SubmitJob", {"jobName": 1, "jobQueue": "q", "jobDefinition": "d"})
    assert "Invalid type for parameter jobName, value: 1, type: <class 'int'>, valid types: <class 'str'>" in str(
        refused.value
    )
