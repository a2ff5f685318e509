"""Whatever a body holds, it is answered with a problem document: no crash, nothing kept, in bounded time and memory."""

from __future__ import annotations

import base64
import json
import tracemalloc
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controlplane.edge.json_body import BODY_BOUNDS
from tests.bodies import BYTES, STRANGE
from tests.flow.river import River

ROUTES = ("/jobs", "/uploads", "/runner/links", "/dead-letters/replay", "/jobs/j1/cancel")
#: What reading a body may take, beside itself.
MOST_MEMORY = 16 * 1024 * 1024
#: As large as is read: one long string, and as many wrong members.
LONGEST = json.dumps({"jobName": "n", "x": "n" * (BODY_BOUNDS.characters - 100)})
MANY = json.dumps({"jobName": "n", "tags": {f"member{number}": number for number in range(BODY_BOUNDS.values - 10)}})


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("body", STRANGE.values(), ids=STRANGE)
def test_a_strange_body_is_a_broken_bound(river: River, path: str, body: str) -> None:
    """400 on every route that takes one; the answer is held to the API's description, and is no echo of the body."""
    status, document = river.request("POST", path, body, authorization="Bearer x")

    assert (400, True) == (status, len(json.dumps(document)) < 20_000)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("body", BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_text_are_refused(river: River, path: str, body: bytes) -> None:
    """They come in base64, as API Gateway sends them."""
    assert 400 == raw(river, path, body)[0]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("content-type", "text/plain"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-type", "multipart/form-data"),
        ("content-type", "multipart/form-data; boundary=x"),
        ("content-type", "application/jsonlines"),
        ("content-type", "nonsense"),
        ("content-type", ""),
        ("content-encoding", "gzip"),
        ("content-encoding", "br"),
    ],
)
def test_what_is_not_said_to_be_json_is_not_read(river: River, header: str, value: str) -> None:
    """415, with the header that says otherwise; also where Powertools would read a form."""
    status, document = raw(river, "/jobs", b'{"jobName": "n"}', **{header: value})

    assert (415, header) == (status, document["errors"][0]["field"].lower())


def test_a_type_may_have_parameters(river: River) -> None:
    """JSON is UTF-8 whatever they say."""
    assert 202 == raw(river, "/jobs", b'{"jobName": "n"}', **{"content-type": "application/json; charset=utf-8"})[0]


def test_of_members_given_twice_the_last_is_taken(river: River) -> None:
    """As by every reader of JSON that doesn't refuse them; what is kept is what is answered."""
    status, document = river.request("POST", "/jobs", '{"jobName": "a", "jobName": "b"}')

    assert (202, "b") == (status, document["jobName"])


@pytest.mark.parametrize("body", [*STRANGE.values(), LONGEST, MANY], ids=[*STRANGE, "long", "many"])
def test_a_large_body_takes_little_memory(river: River, body: str) -> None:
    """Beside itself: what is refused is no tree of errors as large as the body."""
    river.request("POST", "/jobs", "{}")
    tracemalloc.start()
    try:
        river.request("POST", "/jobs", body)
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert taken < MOST_MEMORY


@pytest.mark.parametrize(
    "member",
    [
        {"environment": {f"LD_{number}": "" for number in range(1000)}},
        {"inputs": {f"../{number}": "" for number in range(1000)}},
        {"tags": {f"{number}{'n' * 1000}": number for number in range(1000)}},
    ],
)
def test_of_many_broken_bounds_twenty_are_named(river: River, member: dict[str, Any]) -> None:
    """So that no answer is larger than what it refuses: by what is wrong alone, and together; long names are cut."""
    status, document = river.request("POST", "/jobs", {"jobName": "n"} | member)

    assert (400, 20) == (status, len(document["errors"]))
    assert len(json.dumps(document)) < 30_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
MEMBERS = st.sampled_from(
    ["jobName", "command", "environment", "memory", "containerOverrides", "arrayProperties", "dependsOn", "tags"]
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.dictionaries(MEMBERS | st.text(max_size=10), JSON, max_size=5).map(json.dumps) | st.text(max_size=60))
def test_any_body_is_taken_or_refused(river: River, body: str) -> None:
    """Nothing that a body can hold is a fault of the plane."""
    assert river.request("POST", "/jobs", body)[0] in (202, 400)


def raw(river: River, path: str, body: bytes, **headers: str) -> tuple[int, Any]:
    """Ask with bytes, as API Gateway hands them on."""
    event = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "authorization": "Bearer x"} | headers,
        "requestContext": {
            "http": {"method": "POST", "path": path},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": {"sub": "ada"}}},
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    answer = river.serve_api(event, SimpleNamespace())
    return answer["statusCode"], json.loads(answer["body"])
