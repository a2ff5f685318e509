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

from tests.bodies import BYTES, DEEP, MOST_BYTES, STRANGE
from tests.flow.river import River

ROUTES = ("/jobs", "/uploads", "/runner/links", "/dead-letters/replay", "/jobs/j1/cancel")
#: Of a body's own size, what reading it may take besides.
MOST_TIMES_ITS_SIZE = 15


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


@pytest.mark.parametrize("body", ["[" * DEEP, " " * MOST_BYTES, STRANGE["a hundred thousand members"]])
def test_a_large_body_takes_little_memory(river: River, body: str) -> None:
    """Beside itself: what is refused is no tree of errors as large as the body."""
    river.request("POST", "/jobs", "{}")
    tracemalloc.start()
    try:
        river.request("POST", "/jobs", body)
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert taken < MOST_TIMES_ITS_SIZE * max(len(body), 1024 * 1024)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
MEMBERS = st.sampled_from(
    ["jobName", "command", "environment", "memory", "containerOverrides", "arrayProperties", "dependsOn", "tags"]
)


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
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
