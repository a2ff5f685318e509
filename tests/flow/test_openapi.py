"""/openapi.json is whole: a generated client has what it needs, and every example is right."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import validate

from controlplane.edge.openapi.document import OPERATIONS, TAGS
from tests.documented import closed
from tests.flow.river import River

EDGE = Path(__file__).parents[2] / "layers" / "controlplane" / "python" / "controlplane" / "edge"


@pytest.fixture(name="document")
def _document(river: River) -> dict[str, Any]:
    status, document = river.request("GET", "/openapi.json")
    assert 200 == status
    return dict(document)


def routes(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every route by its name."""
    for path, by_method in document["paths"].items():
        for method, route in by_method.items():
            yield f"{method.upper()} {path}", route


def media(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every kind of content that is sent or answered, by where it stands."""
    for name, route in routes(document):
        for content_type, each in route.get("requestBody", {}).get("content", {}).items():
            yield f"{name} {content_type}", each
        for status, response in route["responses"].items():
            for content_type, each in response["content"].items():
                yield f"{name} {status} {content_type}", each


def test_the_document_is_an_openapi_document(document: dict[str, Any]) -> None:
    """By the specification's own schema, every reference resolved."""
    validate(document)


def test_every_route_is_told_of(document: dict[str, Any]) -> None:
    """A new route needs its entry in edge/openapi, and an entry its route."""
    assert set(OPERATIONS) == {name for name, _ in routes(document)}


def test_every_route_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    """Generated clients call their methods by it."""
    names = [route["operationId"] for _, route in routes(document)]

    assert [] == [name for name in names if names.count(name) > 1 or not name.isalnum() or not name[0].islower()]


def test_every_route_stands_under_a_heading(document: dict[str, Any]) -> None:
    """And no heading is empty."""
    assert set(TAGS) == {tag for _, route in routes(document) for tag in route["tags"]}


def test_every_parameter_says_what_it_means(document: dict[str, Any]) -> None:
    """In the route, or in edge/openapi/parameters.py for all routes."""
    untold = {
        f"{name} {parameter['name']}"
        for name, route in routes(document)
        for parameter in route["parameters"]
        if not parameter.get("description")
    }

    assert set() == untold


def test_every_member_of_a_request_says_what_it_means(document: dict[str, Any]) -> None:
    """In its model, or in edge/openapi/requests.py; a request is known by taking no members that it doesn't know."""
    untold = {
        f"{name}.{member}"
        for name, schema in document["components"]["schemas"].items()
        if schema.get("additionalProperties") is False
        for member, told in schema["properties"].items()
        if not told.get("description")
    }

    assert set() == untold


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    """What to send is seen before it is read."""
    assert [] == [name for name, route in routes(document) if not _bodies(route)]


def _bodies(route: dict[str, Any]) -> Any:
    body = route.get("requestBody")
    return body["content"]["application/json"]["examples"] if body else True


def test_every_example_is_valid(document: dict[str, Any]) -> None:
    """By the schema that it stands beside, with no member that the schema does not tell of."""
    components = closed(document["components"])
    wrong = []
    for place, each in media(document):
        validator = jsonschema_rs.Draft202012Validator(closed(each["schema"]) | {"components": components})
        examples = [shown["value"] for shown in each.get("examples", {}).values()]
        examples += [each["example"]] if "example" in each else []
        wrong += [f"{place}: {error.message}" for shown in examples for error in validator.iter_errors(shown)]

    assert [] == wrong


def test_every_example_of_a_submission_is_accepted(river: River, document: dict[str, Any]) -> None:
    """By the plane, with all bounds that no schema can say."""
    examples = document["paths"]["/jobs"]["post"]["requestBody"]["content"]["application/json"]["examples"]

    assert {202} == {river.request("POST", "/jobs", each["value"])[0] for each in examples.values()}


def test_no_answer_goes_by_the_name_of_a_request(document: dict[str, Any]) -> None:
    """One would be described as the other; requests are known by taking no members that they don't know."""
    described = [
        document["components"]["schemas"][name]
        for path in (EDGE / "openapi").glob("*.py")
        for name in re.findall(r"^class (\w+)\(TypedDict", path.read_text(), re.MULTILINE)
    ]

    assert {None} == {schema.get("additionalProperties") for schema in described}


def test_no_cold_start_pays_for_the_description() -> None:
    """It is imported inside the one function that answers it, and nowhere else."""
    importing = {
        str(path.relative_to(EDGE))
        for path in EDGE.rglob("*.py")
        if path.parent.name != "openapi"
        and any(
            isinstance(node, ast.ImportFrom) and str(node.module).startswith("controlplane.edge.openapi")
            for node in ast.parse(path.read_text()).body
        )
    }

    assert set() == importing
