"""Submitting, listing, opening and uploading, and what the client does when the plane says no."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from batchplane import (
    AnswerMalformed,
    ArgumentInvalid,
    BearerAuth,
    Client,
    FileFailed,
    InputKey,
    JobNotFound,
    NotAuthorized,
    PlaneRefused,
    PlaneUnavailable,
    PlaneUnreachable,
    RequestInvalid,
    SubmissionConflict,
    TransferFailed,
)

BUCKET = "http://bucket.test"


def link(name: str) -> dict[str, Any]:
    """An answer of POST /uploads, without the checksum that a test must add."""
    return {"key": f"ada/uploads/{name}", "url": f"{BUCKET}/{name}?signature=s", "method": "PUT", "headers": {}}


def test_submit_sends_the_document_and_returns_the_job(client: Client, plane: Any, job_document: Any) -> None:
    """A submission is a POST of SubmitJob's document."""
    plane.answer("POST /jobs", httpx.Response(202, json=job_document("j9")))

    job = client.submit(["echo", "hi"], name="greet")

    assert (job.job_id, plane.sent()) == (
        "j9",
        {"jobName": "greet", "containerOverrides": {"command": ["echo", "hi"]}},
    )


def test_every_submission_has_a_key_of_its_own(client: Client, plane: Any, job_document: Any) -> None:
    """Two submissions are two jobs, though their documents are equal."""
    plane.answer("POST /jobs", job_document())
    client.submit(["x"])
    client.submit(["x"])

    keys = [request.headers["Idempotency-Key"] for request in plane.requests]

    assert len({uuid.UUID(key) for key in keys}) == 2


def test_a_repeated_request_keeps_its_key(client: Client, plane: Any, job_document: Any) -> None:
    """A network that fails does not make two jobs of one."""
    plane.answer("POST /jobs", httpx.ReadError("gone"), httpx.Response(503), job_document())

    client.submit(["x"])

    keys = {request.headers["Idempotency-Key"] for request in plane.requests}
    assert (len(plane.requests), len(keys)) == (3, 1)


def test_a_given_key_is_sent(client: Client, plane: Any, job_document: Any) -> None:
    """The caller's own key makes a submission repeatable for ever."""
    plane.answer("POST /jobs", job_document())

    client.submit_document({"jobName": "x"}, idempotency_key="monday")

    assert plane.requests[0].headers["Idempotency-Key"] == "monday"


def test_pauses_double_and_end(client: Client, plane: Any, time: Any) -> None:
    """A plane that does not answer is asked five times, in growing pauses."""
    plane.answer("GET /jobs/j1", httpx.ConnectError("refused"))

    with pytest.raises(PlaneUnreachable, match=r"http://plane\.test did not answer 5 attempts \(refused\)"):
        client.job("j1")

    assert (len(plane.requests), time.slept) == (5, [0.25, 0.5, 1.0, 2.0])


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_not_now_is_asked_again(status: int, client: Client, plane: Any, job_document: Any) -> None:
    """What may pass is waited for."""
    plane.answer("GET /jobs/j1", httpx.Response(status), job_document())

    assert (client.job("j1").job_id, len(plane.requests)) == ("j1", 2)


def test_retry_after_is_obeyed_within_bounds(client: Client, plane: Any, time: Any, job_document: Any) -> None:
    """The plane says when to come again; ten seconds is the longest the client believes."""
    later = [httpx.Response(429, headers={"Retry-After": seconds}) for seconds in ("3", "9999")]
    plane.answer("GET /jobs/j1", *later, job_document())

    client.job("j1")

    assert time.slept == [3.0, 10.0]


def test_a_plane_that_stays_away_is_unavailable(client: Client, plane: Any, problem: Any) -> None:
    """After the last attempt the plane's own reason is the error."""
    plane.answer("GET /jobs/j1", problem(503, "Too busy."))

    with pytest.raises(PlaneUnavailable, match=r"^Too busy\. The plane was asked 5 times: try again later\.$"):
        client.job("j1")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestInvalid),
        (401, NotAuthorized),
        (403, NotAuthorized),
        (404, JobNotFound),
        (409, SubmissionConflict),
        (413, RequestInvalid),
        (422, RequestInvalid),
        (418, PlaneRefused),
        (500, PlaneUnavailable),
        (307, PlaneRefused),
    ],
)
def test_a_problem_is_an_error_of_its_kind(
    status: int, kind: type[PlaneRefused], client: Client, plane: Any, problem: Any
) -> None:
    """Every refusal is told once, with its status and the plane's words."""
    plane.answer("GET /jobs/j1", problem(status, "Because."))

    with pytest.raises(PlaneRefused) as raised:
        client.job("j1")

    assert (type(raised.value), raised.value.status, str(raised.value)) == (kind, status, "Because.")
    assert len(plane.requests) == 1


def test_violations_name_field_bound_and_value(client: Client, plane: Any, problem: Any) -> None:
    """A program can read what a person is told."""
    said = {"field": "arrayProperties.size", "bound": "an integer from 2 to 10,000", "value": 1}
    plane.answer("POST /jobs", problem(400, "No.", said))

    with pytest.raises(RequestInvalid) as raised:
        client.submit(["x"], array_size=1)

    violation = raised.value.violations[0]
    assert (violation.field, violation.bound, violation.value) == tuple(said.values())


def test_a_refusal_without_a_problem_still_speaks(client: Client, plane: Any) -> None:
    """A gateway in between may answer in HTML."""
    plane.answer("GET /jobs/j1", httpx.Response(403, text="<html>"))

    with pytest.raises(NotAuthorized, match=r"does not know who asks.*HTTP 403"):
        client.job("j1")


@pytest.mark.parametrize("body", ["<html>", "[]", '{"jobId": "j1"}', "null"])
def test_an_answer_of_another_shape_is_malformed(body: str, client: Client, plane: Any) -> None:
    """Client and plane of different versions notice each other."""
    plane.answer("GET /jobs/j1", httpx.Response(200, text=body))

    with pytest.raises(AnswerMalformed):
        client.job("j1")


def test_jobs_come_page_by_page(client: Client, plane: Any, job_document: Any) -> None:
    """The iterator goes on from each page's cursor, past an empty page, to the last."""
    plane.answer(
        "GET /jobs",
        {"jobs": [job_document("j3"), job_document("j2")], "cursor": "a/b+c="},
        {"jobs": [], "cursor": "d"},
        {"jobs": [job_document("j1")], "cursor": None},
    )

    ids = [job.job_id for job in client.jobs(queue="slow lane")]

    assert ids == ["j3", "j2", "j1"]
    # As AWS Signature Version 4 wants a query: %20, never +, and nothing reserved as it is.
    assert plane.asked()[:2] == [
        "GET /jobs?jobQueue=slow%20lane&limit=100",
        "GET /jobs?jobQueue=slow%20lane&limit=100&cursor=a%2Fb%2Bc%3D",
    ]


def test_a_limit_bounds_the_jobs_and_the_requests(client: Client, plane: Any, job_document: Any) -> None:
    """No more is asked for than is wanted."""
    plane.answer("GET /jobs", {"jobs": [job_document("j3"), job_document("j2")], "cursor": "c"})

    assert [job.job_id for job in client.jobs(limit=2)] == ["j3", "j2"]
    assert plane.asked() == ["GET /jobs?limit=2"]


def test_an_upload_is_announced_and_then_put(client: Client, plane: Any, tmp_path: Path) -> None:
    """Size and digest first, the bytes to the link that comes back, with exactly its headers."""
    digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    plane.answer("POST /uploads", link("f") | {"headers": {"x-checksum": digest}})
    (tmp_path / "f").write_bytes(b"hello")

    key = client.upload(tmp_path / "f")

    assert (key, plane.sent(0)) == ("ada/uploads/f", {"name": "f", "size": 5, "sha256": digest})
    assert plane.bucket == {"/f": b"hello"}
    assert plane.requests[1].headers["Content-Length"] == "5"


def test_inputs_are_uploaded_and_named(client: Client, plane: Any, job_document: Any) -> None:
    """A job's inputs are keys by name; a key that is there already is used as it is."""
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    plane.answer("POST /uploads", link("a") | {"headers": {"x-checksum": digest}})
    plane.answer("POST /jobs", job_document())

    client.submit(["x"], inputs={"a": b"abc", "b": InputKey("ada/uploads/b")})

    assert plane.sent()["inputs"] == {"a": "ada/uploads/a", "b": "ada/uploads/b"}


def test_an_input_that_is_not_there_is_named(client: Client, plane: Any, tmp_path: Path) -> None:
    """Nothing is sent for a file that can't be read."""
    with pytest.raises(FileFailed, match=r"The input .*/none can't be read \(No such file or directory\)"):
        client.submit(["x"], inputs={"a": tmp_path / "none"})

    assert plane.requests == []


def test_an_upload_that_the_bucket_refuses_shows_no_link(time: Any) -> None:
    """A signed link is a secret, also in an error."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(403) if request.method == "PUT" else httpx.Response(201, json=link("f"))

    with (
        Client("http://plane.test", transport=httpx.MockTransport(answer), clock=time.clock()) as refused,
        pytest.raises(TransferFailed) as raised,
    ):
        refused.upload(b"hello", "f")

    assert ("answered 403" in str(raised.value), "signature" in str(raised.value)) == (True, False)


def test_an_upload_is_tried_again_from_its_beginning(time: Any) -> None:
    """A bucket that says SlowDown gets the whole file once more."""
    received: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(201, json=link("f"))
        received.append(request.read())
        return httpx.Response(503 if len(received) == 1 else 200)

    with Client("http://plane.test", transport=httpx.MockTransport(answer), clock=time.clock()) as client:
        client.upload(b"hello", "f")

    assert received == [b"hello", b"hello"]


def test_a_token_goes_to_the_plane_and_not_to_the_bucket(time: Any) -> None:
    """Links need no credential, so none is shown to them."""
    seen: dict[str, str | None] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        seen[request.url.host] = request.headers.get("Authorization")
        return httpx.Response(200, json=link("f"))

    transport = httpx.MockTransport(answer)
    with Client("http://plane.test", auth=BearerAuth("t"), transport=transport, clock=time.clock()) as client:
        client.upload(b"hello", "f")

    assert seen == {"plane.test": "Bearer t", "bucket.test": None}


@pytest.mark.parametrize("job_id", ["", "../health", "j1/log", "j1:x", "j1:-1", "j 1"])
def test_an_id_that_is_none_is_not_sent(job_id: str, client: Client, plane: Any) -> None:
    """What is no id can't become another path of the API."""
    with pytest.raises(ArgumentInvalid):
        client.job(job_id)

    assert plane.requests == []


def test_what_is_no_utf_8_is_said_before_anything_is_sent(client: Client) -> None:
    """A word of a command line in another encoding is a plain error."""
    with pytest.raises(ArgumentInvalid) as caught:
        client.submit(["echo", "\udcff"])

    assert "What is sent must be UTF-8; '\\udcff' is not." == str(caught.value)
