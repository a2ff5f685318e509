"""What the API does not know is refused by name: parameters, methods, types; nothing that was asked is passed over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.river import River


def bounds(answer: tuple[int, Any]) -> tuple[int, dict[str, str]]:
    """The status, and the bounds by field."""
    status, document = answer
    return status, {each["field"]: each["bound"] for each in document["errors"]}


def test_a_parameter_that_a_route_does_not_know_is_refused(river: River) -> None:
    """With those that it knows: a filter that was misspelt would show every job."""
    answer = river.request("GET", "/jobs/j1/children", query="state=FAILED&limit=1")

    assert (400, {"state": "left out: this route knows first, limit, status"}) == bounds(answer)


@pytest.mark.parametrize("asked", [("GET", "/health"), ("POST", "/jobs", {"jobName": "n"}), ("GET", "/jobs/j1")])
def test_a_route_without_parameters_refuses_any(river: River, asked: tuple[Any, ...]) -> None:
    """Also where it stands beside a body."""
    assert (400, {"x": "left out: this route has no parameters"}) == bounds(river.request(*asked, query="x=1"))


def test_what_is_unknown_is_named_with_what_is_out_of_bounds(river: River) -> None:
    """A query is mended once."""
    status, found = bounds(river.request("GET", "/jobs", query="limit=0&nope=&also=1"))

    assert (400, {"limit", "nope", "also"}) == (status, found.keys())


def test_an_answer_names_no_more_than_twenty_parameters(river: River) -> None:
    """An answer must not be larger than what it refuses."""
    query = "&".join(f"x{number}=1" for number in range(1000))

    assert [20, 20] == [
        len(river.request("GET", "/jobs", query=each)[1]["errors"]) for each in (query, f"limit=0&{query}")
    ]


def test_a_signature_may_stand_in_the_query(river: River) -> None:
    """API Gateway has read it, and hands the query on as it was."""
    assert 200 == river.request("GET", "/jobs", query="X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0")[0]


def test_a_path_that_is_none_is_told_before_its_parameters(river: River) -> None:
    """404, whatever its query holds."""
    assert 404 == river.request("GET", "/nowhere", query="x=1")[0]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"])
def test_a_method_that_a_path_does_not_have_is_refused(river: River, method: str) -> None:
    """405, with those that it has."""
    status, document = river.request(method, "/jobs")

    assert (405, f"Of /jobs, method must be one of GET, POST; it is {method!r}.") == (status, document["detail"])


def test_a_path_has_its_own_methods(river: River) -> None:
    """`bulk` could be a job's id by its looks; it is a path word for word, and is told of as that."""
    detail = "Of /jobs/bulk, method must be one of POST; it is 'PUT'."

    assert (405, detail) == (
        river.request("PUT", "/jobs/bulk", {})[0],
        river.request("PUT", "/jobs/bulk", {})[1]["detail"],
    )


def test_children_are_not_listed_among_jobs(river: River) -> None:
    """An answer without any would say that there are none."""
    bound = "one of Single, Array, MultiNode: GET /jobs/{jobId}/children lists the children of an array"

    assert (400, {"type.1": bound}) == bounds(river.request("GET", "/jobs", query="type=Array&type=ArrayChild"))


def test_a_type_that_there_is_not_is_told_those_that_are_listed(river: River) -> None:
    """And none that this list refuses."""
    answer = bounds(river.request("GET", "/jobs", query="type=Nope"))

    assert (400, {"type.0": "one of Single, Array, MultiNode"}) == answer
