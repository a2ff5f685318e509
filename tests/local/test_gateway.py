"""The gateway lets in whom it may, and hands on what API Gateway would."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from batchplane_local.batch.listeners import Listeners
from batchplane_local.clock import epoch_milliseconds
from batchplane_local.database import Database
from batchplane_local.functions.quiet import QUIET_SECONDS, Quiet
from batchplane_local.gateway.application import MAX_BODY_BYTES, Gateway
from batchplane_local.gateway.io_routes import IoRoutes
from batchplane_local.gateway.long_polls import LongPolls
from batchplane_local.io_bucket import FolderBucket
from batchplane_local.links import Links
from batchplane_local.tokens import Tokens
from controlplane.errors import StoreUnavailable
from tests.local.callers import URL, call
from tests.local.clocks import Seconds


@dataclass
class Recording:
    """A function that keeps its events, and answers what it is told to."""

    answer: dict[str, Any] = field(default_factory=lambda: {"statusCode": 200, "body": "{}"})
    events: list[dict[str, Any]] = field(default_factory=list)
    error: Exception | None = None

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Lambda's signature."""
        self.events.append(event)
        if self.error:
            raise self.error
        return self.answer


@dataclass(frozen=True, kw_only=True)
class Door:
    """A gateway, the function behind it, and a token that opens it."""

    gateway: Gateway
    function: Recording
    token: str
    #: By which it would be quiet; it stands still.
    clock: Seconds
    quiet: Quiet

    @property
    def bearer(self) -> dict[str, str]:
        """The header that says who calls."""
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A gateway before a function that records."""
    function = Recording()
    with closing(Database(tmp_path / "plane.sqlite")) as database:
        tokens = Tokens(database)
        links = Links(secret=b"secret", clock=epoch_milliseconds)
        bucket = FolderBucket(database, tmp_path / "io", links=links, url=URL)
        routes = IoRoutes(bucket=bucket, links=links)
        clock = Seconds()
        quiet = Quiet(clock=clock, sleep=clock.sleep)
        gateway = Gateway(
            url=URL,
            serve_api=function,
            tokens=tokens,
            io_routes=routes,
            long_polls=LongPolls(Listeners(), lambda stream, hear: nullcontext()),
            quiet=quiet,
            clock=epoch_milliseconds,
        )
        yield Door(gateway=gateway, function=function, token=tokens.mint("ada"), clock=clock, quiet=quiet)


@pytest.mark.parametrize("host", ["127.0.0.1:8651", "localhost:8651", "[::1]:8651"])
def test_the_planes_own_names_are_let_in(door: Door, host: str) -> None:
    """With the port it listens on."""
    assert 200 == call(door.gateway, "GET", "/health", headers={"Host": host}).status_code


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8651", "127.0.0.1", "localhost:80", "127.0.0.1:8651.evil.example", ""]
)
@pytest.mark.parametrize("path", ["/jobs", "/health", "/io/ada/j1/outputs/a"])
def test_another_host_name_is_refused(door: Door, host: str, path: str) -> None:
    """A page whose name was made to point here reaches nothing, token or not."""
    answer = call(door.gateway, "GET", path, headers={"Host": host, **door.bearer})

    assert (421, "Host", []) == (answer.status_code, answer.json()["errors"][0]["field"], door.function.events)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8651"])
def test_two_host_names_are_refused(door: Door, host: str) -> None:
    """One of them is another's, or somebody on the way believes another one than we do."""
    answer = call(door.gateway, "GET", "/health", headers=[("Host", "127.0.0.1:8651"), ("Host", host)])

    assert (421, f"127.0.0.1:8651, {host}", []) == (
        answer.status_code,
        answer.json()["errors"][0]["value"],
        door.function.events,
    )


def test_a_second_origin_is_looked_at_too(door: Door) -> None:
    """Whichever of them is meant."""
    headers = [("Origin", URL), ("Origin", "https://evil.example"), *door.bearer.items()]
    answer = call(door.gateway, "GET", "/jobs", headers=headers)

    assert (403, []) == (answer.status_code, door.function.events)


def test_two_tokens_speak_for_nobody(door: Door) -> None:
    """As API Gateway joins them; which of them was meant can't be told."""
    answer = call(door.gateway, "GET", "/jobs", headers=[*door.bearer.items(), *door.bearer.items()])

    assert (401, []) == (answer.status_code, door.function.events)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9", "https://127.0.0.1:8651"])
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_another_sites_page_is_refused(door: Door, origin: str, method: str) -> None:
    """Also its question whether it may."""
    answer = call(door.gateway, method, "/jobs", headers={"Origin": origin, **door.bearer})

    assert (403, "Origin", []) == (answer.status_code, answer.json()["errors"][0]["field"], door.function.events)
    assert "access-control-allow-origin" not in answer.headers


def test_the_planes_own_page_is_let_in(door: Door) -> None:
    """A console that the plane itself serves."""
    assert 200 == call(door.gateway, "GET", "/jobs", headers={"Origin": URL, **door.bearer}).status_code


def test_a_token_speaks_for_its_owner(door: Door) -> None:
    """The handler is told by the authorizer, as on AWS."""
    call(door.gateway, "GET", "/jobs", headers=door.bearer)

    (event,) = door.function.events
    assert {"jwt": {"claims": {"sub": "ada"}, "scopes": None}} == event["requestContext"]["authorizer"]


@pytest.mark.parametrize("authorization", ["Bearer wrong", "bearer \u00e4"])
def test_a_wrong_token_is_told_from_none(door: Door, authorization: str) -> None:
    """In words and for programs, and nothing of which tokens there are; the handler hears nothing of it."""
    answer = call(door.gateway, "GET", "/jobs", headers={"Authorization": authorization.encode("latin-1")})

    assert (401, 'Bearer error="invalid_token"') == (answer.status_code, answer.headers["WWW-Authenticate"])
    assert ("The credential opens nothing", []) == (answer.json()["title"], door.function.events)


def test_a_wrong_token_keeps_nobody_from_what_is_open(door: Door) -> None:
    """As on AWS, where no authorizer looks there."""
    answer = call(door.gateway, "GET", "/health", headers={"Authorization": "Bearer wrong"})

    assert (200, 1) == (answer.status_code, len(door.function.events))


@pytest.mark.parametrize("authorization", ["Bearer ", "Basic YTpi", "bearer"])
def test_what_is_no_token_speaks_for_nobody(door: Door, authorization: str) -> None:
    """The handler finds no authorizer, and answers 401."""
    call(door.gateway, "GET", "/jobs", headers={"Authorization": authorization.encode("latin-1")})

    (event,) = door.function.events
    assert "authorizer" not in event["requestContext"]


def test_a_token_goes_no_further(door: Door) -> None:
    """No function needs it, so none can log it."""
    call(door.gateway, "GET", "/jobs", headers=door.bearer)

    assert door.token not in json.dumps(door.function.events)


def test_a_capability_is_passed_on(door: Door) -> None:
    """The runner's bearer is the handler's to judge, and no owner's token."""
    call(door.gateway, "POST", "/runner/links", headers={"Authorization": "Bearer capability"}, json={})

    (event,) = door.function.events
    assert ("Bearer capability", False) == (event["headers"]["authorization"], "authorizer" in event["requestContext"])


def test_a_token_opens_no_runners_route(door: Door) -> None:
    """An owner's token is not a capability."""
    call(door.gateway, "POST", "/runner/links", headers=door.bearer, json={})

    (event,) = door.function.events
    assert "authorizer" not in event["requestContext"]


def test_an_event_is_as_api_gateway_makes_it(door: Door) -> None:
    """Payload format 2.0."""
    call(
        door.gateway,
        "POST",
        "/jobs/a%20b?limit=2&queue=x&queue=y%26z&empty=",
        headers={"X-Thing": "1", "Content-Type": "application/json"},
        content='{"größe": 1}'.encode(),
    )

    (event,) = door.function.events
    assert ("2.0", "/jobs/a b", "limit=2&queue=x&queue=y%26z&empty=") == (
        event["version"],
        event["rawPath"],
        event["rawQueryString"],
    )
    assert {"limit": "2", "queue": "x,y&z", "empty": ""} == event["queryStringParameters"]
    assert ("1", '{"größe": 1}', False) == (event["headers"]["x-thing"], event["body"], event["isBase64Encoded"])
    assert ("POST", "/jobs/a b") == tuple(event["requestContext"]["http"][name] for name in ("method", "path"))


def test_a_body_that_is_no_text_comes_in_base64(door: Door) -> None:
    """JSON carries no bytes."""
    call(door.gateway, "POST", "/jobs", content=b"\xff\x00")

    (event,) = door.function.events
    assert (b"\xff\x00", True) == (base64.b64decode(event["body"]), event["isBase64Encoded"])


def test_an_answer_is_rendered_as_it_was_given(door: Door) -> None:
    """Status, headers, body in base64."""
    body = base64.b64encode(b"\x00\xff").decode()
    headers = {"Content-Type": "image/png", "X-Thing": "1"}
    door.function.answer = {"statusCode": 202, "headers": headers, "body": body, "isBase64Encoded": True}

    answer = call(door.gateway, "GET", "/jobs")

    assert (202, "image/png", "1", b"\x00\xff") == (
        answer.status_code,
        answer.headers["content-type"],
        answer.headers["x-thing"],
        answer.content,
    )


def test_a_function_that_fails_is_a_problem_document(door: Door) -> None:
    """The caller learns that it was not its fault, and no more."""
    door.function.answer = {}

    answer = call(door.gateway, "GET", "/jobs")

    assert (500, "application/problem+json") == (answer.status_code, answer.headers["content-type"])


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_beyond_the_bound_is_refused(door: Door, is_announced: bool) -> None:
    """By its announcement, or once it is too long: the function never sees it."""
    body = b" " * (MAX_BODY_BYTES + 1)

    async def pieces() -> Any:
        for start in range(0, len(body), 1024 * 1024):
            yield body[start : start + 1024 * 1024]

    answer = call(door.gateway, "POST", "/jobs", content=body if is_announced else pieces())

    assert (413, "body", []) == (answer.status_code, answer.json()["errors"][0]["field"], door.function.events)


def test_a_body_at_the_bound_is_let_in(door: Door) -> None:
    """To the last byte."""
    call(door.gateway, "POST", "/jobs", content=b" " * MAX_BODY_BYTES)

    (event,) = door.function.events
    assert MAX_BODY_BYTES == len(event["body"])


def test_a_request_is_heard_by_what_lets_requests_go_first(door: Door) -> None:
    """What can wait begins a moment later."""
    call(door.gateway, "GET", "/jobs", headers=door.bearer)
    began = door.clock.now
    door.quiet.wait()

    assert began + QUIET_SECONDS == door.clock.now


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [(StoreUnavailable("The plane's database", "database is locked"), 503, "2"), (OSError("hush"), 500, None)],
)
def test_an_error_is_answered_as_a_function_would(
    door: Door, error: Exception, status: int, retry_after: str | None
) -> None:
    """In words, when to come back where that helps, and nothing of what only a log may say."""
    door.function.error = error
    answer = call(door.gateway, "GET", "/jobs", headers=door.bearer)

    assert (status, retry_after) == (answer.status_code, answer.headers.get("Retry-After"))
    assert (status, False) == (answer.json()["status"], "hush" in answer.text)
