"""A request is let in if the key pair signed it, whole, and just now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from batchplane_local.batch.http.exchange import Rejected, Request
from batchplane_local.batch.http.sigv4 import KeyPair, verify
from batchplane_local.clock import epoch_milliseconds
from tests.local.batch.served import KEY_PAIR

MINUTE = 60_000
PATH = "/v1/tags/arn%3Aaws%3Abatch%3Alocal-1%3A0%3Ajob-queue%2Fq"


def signed(service: str = "batch") -> Request:
    """A request, signed by botocore."""
    url = f"http://127.0.0.1:1{PATH}?tagKeys=b&tagKeys=a%20c"
    request = AWSRequest(method="DELETE", url=url, data=b"{}", headers={"Host": "127.0.0.1:1", "X-Amz-Note": "a   b "})
    SigV4Auth(Credentials(KEY_PAIR.access_key_id, KEY_PAIR.secret_access_key), service, "local-1").add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(method="DELETE", path=PATH, query="tagKeys=b&tagKeys=a%20c", headers=headers, body=b"{}")


def with_header(request: Request, name: str, value: str | None) -> Request:
    """The request with another value of a header; without it for None."""
    others = {each: given for each, given in request.headers.items() if each != name}
    return replace(request, headers=others if value is None else {**others, name: value})


def edited(request: Request, old: str, new: str) -> Request:
    """The request with its Authorization header changed."""
    return with_header(request, "authorization", request.headers["authorization"].replace(old, new))


def rejected(request: Request, *, later: int = 0) -> tuple[str, int]:
    """The kind and the status with which it is refused, so many milliseconds after it was signed."""
    with pytest.raises(Rejected) as refused:
        verify(request, service="batch", key_pair=KEY_PAIR, now=epoch_milliseconds() + later)
    return refused.value.kind, refused.value.status


@pytest.mark.parametrize("later", [-4 * MINUTE, 0, 4 * MINUTE])
def test_what_botocore_signs_is_let_in(later: int) -> None:
    """For some minutes, around either clock."""
    verify(signed(), service="batch", key_pair=KEY_PAIR, now=epoch_milliseconds() + later)


@pytest.mark.parametrize("later", [-6 * MINUTE, 6 * MINUTE])
def test_an_old_signature_is_refused(later: int) -> None:
    """And one from the future."""
    assert ("InvalidSignatureException", 403) == rejected(signed(), later=later)


@pytest.mark.parametrize(
    "change", [{"method": "POST"}, {"path": "/v1/tags/x"}, {"query": "tagKeys=b"}, {"body": b'{"a": 1}'}]
)
def test_a_changed_request_is_refused(change: dict[str, Any]) -> None:
    """Every part of it is signed."""
    assert ("InvalidSignatureException", 403) == rejected(replace(signed(), **change))


@pytest.mark.parametrize(
    ("name", "value"), [("host", "127.0.0.1:2"), ("x-amz-note", "c"), ("x-amz-note", None), ("x-amz-other", "added")]
)
def test_a_changed_header_is_refused(name: str, value: str | None) -> None:
    """Host and the service's own headers must be signed."""
    assert ("InvalidSignatureException", 403) == rejected(with_header(signed(), name, value))


def test_a_host_that_is_not_signed_is_refused() -> None:
    """Whatever else is."""
    assert ("InvalidSignatureException", 403) == rejected(edited(signed(), "=host;", "="))


def test_a_signature_for_another_service_is_refused() -> None:
    """It was not meant for this one."""
    assert ("InvalidSignatureException", 403) == rejected(signed(service="logs"))


@pytest.mark.parametrize(
    ("old", "new"),
    [("Signature=", "Sig="), ("/aws4_request", ""), ("AWS4-HMAC-SHA256", "Basic"), ("SignedHeaders", "")],
)
def test_a_header_that_can_not_be_read_is_incomplete(old: str, new: str) -> None:
    """Not wrong: nothing was compared."""
    assert ("IncompleteSignatureException", 403) == rejected(edited(signed(), old, new))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("authorization", "MissingAuthenticationTokenException"), ("x-amz-date", "IncompleteSignatureException")],
)
def test_a_header_that_is_missing_is_named_by_its_kind(name: str, kind: str) -> None:
    """Without a date, or without anything."""
    assert (kind, 403) == rejected(with_header(signed(), name, None))


def test_another_access_key_is_unrecognized() -> None:
    """Before any signature is compared."""
    changed = edited(signed(), KEY_PAIR.access_key_id, "LOCALSOMEONESOTHER")

    assert ("UnrecognizedClientException", 403) == rejected(changed)


def test_a_made_key_pair_is_new() -> None:
    """Each has its own id and its own secret."""
    first, second = KeyPair.made(), KeyPair.made()

    assert {first.access_key_id, first.secret_access_key}.isdisjoint({second.access_key_id, second.secret_access_key})


def test_a_key_pair_hides_its_secret() -> None:
    """Where it is printed, and where it is refused."""
    with pytest.raises(ValueError, match="secretAccessKey must be 16 to 128") as refused:
        KeyPair(access_key_id="A" * 16, secret_access_key="hush")  # noqa: S106 - it opens nothing

    assert (False, False) == ("hush" in str(refused.value), KEY_PAIR.secret_access_key in repr(KEY_PAIR))
