"""Answers that AWS Lambda would not hand on are packed, or say so."""

import base64
import gzip
import json
from random import Random
from typing import Any

from controlplane.edge.answer_size import MOST_BYTES, within_bounds

TAKES_PACKED = {"headers": {"accept-encoding": "br, gzip"}}


def answer_of(body: str, event: dict[str, Any]) -> dict[str, Any]:
    """What becomes of an answer with this body."""
    answer = {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": body,
        "isBase64Encoded": False,
    }
    bounded: dict[str, Any] = within_bounds(lambda *_: answer)(event, None)
    return bounded


def test_an_answer_that_fits_is_left_as_it_is() -> None:
    """Up to the last byte, its quotes included."""
    body = "a" * (MOST_BYTES - 2)

    assert (body, False) == (
        answer_of(body, TAKES_PACKED)["body"],
        answer_of(body, TAKES_PACKED)["isBase64Encoded"],
    )


def test_a_larger_answer_is_packed() -> None:
    """For whoever says that they take it; API Gateway sends the bytes."""
    body = json.dumps(["line"] * 1_000_000)
    answer = answer_of(body, TAKES_PACKED)

    assert body == gzip.decompress(base64.b64decode(answer["body"])).decode()
    assert (True, {"content-type": "application/json", "content-encoding": "gzip", "vary": "accept-encoding"}) == (
        answer["isBase64Encoded"],
        answer["headers"],
    )


def test_what_lambda_writes_twice_counts_twice() -> None:
    """A control character of a log is six characters of the body, and seven of Lambda's answer."""
    body = json.dumps("\x1b" * 1_000_000)

    assert (413, True) == (answer_of(body, {})["statusCode"], len(body) < MOST_BYTES)


def test_who_takes_nothing_packed_is_told_what_to_do() -> None:
    """A problem document, with both sizes."""
    document = json.loads(answer_of("a" * MOST_BYTES, {"headers": {}})["body"])

    assert (413, "The answer is too large") == (document["status"], document["title"])
    assert f"takes {MOST_BYTES + 2} bytes, and AWS Lambda hands on {MOST_BYTES}" in document["detail"]


def test_what_can_not_be_packed_is_refused() -> None:
    """Noise does not get smaller."""
    body = Random(1).randbytes(MOST_BYTES).hex()  # noqa: S311 - it guards nothing

    assert 413 == answer_of(body, TAKES_PACKED)["statusCode"]
