"""Every operation of AWS Batch is either done or refused in words, and no request of the right types is too much."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import OperationModel
from hypothesis import HealthCheck, given, settings

from batchplane_local.batch import Faults
from batchplane_local.batch.bounds.not_done import OPERATIONS as NOT_DONE
from batchplane_local.batch.service_model import operations
from tests.local.batch.machine import Machine
from tests.local.batch.served import Served, serving
from tests.local.batch.shapes import STRANGE_WORDS, WORDS, garbage, input_of, least

OPERATIONS = {operation.name: operation for operation in operations("batch")}
#: Requests of garbage for each operation: in this process, and over HTTP.
TRIES, TRIES_OVER_HTTP = 40, 8


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An embedded Batch that starts nothing, for garbage."""
    folder: Path = tmp_path_factory.mktemp("operations")
    machine = Machine(folder / "batch", faults=Faults(hold_runnable=True))
    try:
        with serving(machine) as served:
            yield served
    finally:
        machine.close()


def bounded(tries: int) -> settings:
    """So many requests."""
    return settings(max_examples=tries, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def call(client: Any, name: str, request: dict[str, Any]) -> tuple[int, str, str]:
    """The error of an operation: HTTP status, kind and words."""
    with pytest.raises(ClientError) as refused:
        getattr(client, xform_name(name))(**request)
    response = refused.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def test_no_operation_is_forgotten(served: Served) -> None:
    """What is done and what is refused are together all that the service has, and nothing is both."""
    done = set(served.machine.batch.dispatch.operations)
    assert (set(OPERATIONS), set()) == (done | set(NOT_DONE), done & set(NOT_DONE))


@pytest.mark.parametrize("name", sorted(NOT_DONE))
def test_what_is_not_done_is_refused_in_words(served: Served, name: str) -> None:
    """In the same words in this process and over HTTP; they name the operation, why, and what to do instead."""
    request = least(input_of(OPERATIONS[name]))
    expected = (400, "ClientException", f"The embedded Batch does not do {name}: {NOT_DONE[name]}.")
    assert [expected, expected] == [
        call(client, name, request) for client in (served.machine.batch, served.client("batch"))
    ]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_garbage_is_answered_or_refused(served: Served, operation: OperationModel) -> None:
    """An answer, ClientException or ParamValidationError, and the engine goes on."""

    @bounded(TRIES)
    @given(request=garbage(operation, (*WORDS, *STRANGE_WORDS)))
    def is_answered(request: dict[str, Any]) -> None:
        kind = "ClientException"
        with suppress(ParamValidationError):
            try:
                served.machine.batch.call(operation.name, request)
            except ClientError as error:
                kind = error.response["Error"]["Code"]
        assert "ClientException" == kind

    is_answered()
    assert_alive(served.machine)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_garbage_over_http(served: Served, operation: OperationModel) -> None:
    """The same through boto3's own client."""
    method = getattr(served.client("batch"), xform_name(operation.name))

    @bounded(TRIES_OVER_HTTP)
    @given(request=garbage(operation, WORDS))
    def is_answered(request: dict[str, Any]) -> None:
        kind = "ClientException"
        with suppress(ParamValidationError):
            try:
                method(**request)
            except ClientError as error:
                kind = error.response["Error"]["Code"]
        assert "ClientException" == kind

    is_answered()
    assert_alive(served.machine)


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("\0", "Requests can't contain null characters or lone surrogates, got '\\x00'"),
        ("\ud800", "The body is no JSON: Input data was truncated"),
    ],
)
def test_strange_words_over_http(served: Served, word: str, words: str) -> None:
    """What JSON can write and nothing can keep is the caller's mistake."""
    reply = served.send("/v1/describejobs", json.dumps({"jobs": [word]}).encode())
    assert (400, words) == (reply.status_code, reply.json()["message"])


def assert_alive(machine: Machine) -> None:
    """The engine still takes changes."""
    made = machine.batch.create_scheduling_policy(name="alive")
    machine.batch.delete_scheduling_policy(arn=made["arn"])
