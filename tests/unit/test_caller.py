"""The owner is read from the authorizer, and from nothing else."""

import posixpath
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlplane.edge.caller import bearer_of, caller_of, owner_of
from controlplane.edge.problem import problem_document
from controlplane.errors import NotAuthorized
from controlplane.io_bucket import MAX_NAME_BYTES, owner_prefix, upload_key
from tests.builders import DEPLOYMENT


def signed(arn: str) -> dict[str, Any]:
    """An event of a request signed by this user or role session."""
    return {"requestContext": {"authorizer": {"iam": {"userArn": arn}}}}


def claimed(subject: Any) -> dict[str, Any]:
    """An event of a request with a token of this subject."""
    return {"requestContext": {"authorizer": {"jwt": {"claims": {"sub": subject}}}}}


def test_a_role_is_an_owner() -> None:
    """The SDK names its sessions at random: two processes of one person are one owner."""
    arn = "arn:aws:sts::111122223333:assumed-role/Analyst/botocore-session-1795000000"

    assert "assumed-role/Analyst" == owner_of(signed(arn))


def test_who_signed_in_at_identity_center_is_an_owner() -> None:
    """There the session is the person, and colleagues share the role."""
    arn = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Analyst_0f/ada@example.org"

    assert "assumed-role/AWSReservedSSO_Analyst_0f/ada@example.org" == owner_of(signed(arn))


def test_a_user_is_an_owner() -> None:
    """Its path is part of its name."""
    assert "user/team/ada" == owner_of(signed("arn:aws:iam::111122223333:user/team/ada"))


@pytest.mark.parametrize(
    ("arn", "owner"),
    [
        ("arn:aws:iam::111122223333:root", "root"),
        ("arn:aws:sts::111122223333:federated-user/bob", "federated-user/bob"),
        (
            "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForBatch/session",
            "assumed-role/AWSServiceRoleForBatch",
        ),
        ("arn:aws-us-gov:sts::111122223333:assumed-role/Analyst/i-0abc", "assumed-role/Analyst"),
        ("arn:aws:sts::111122223333:assumed-role/Analyst/AWSReservedSSO_x", "assumed-role/Analyst"),
        ("arn:aws:iam::111122223333:user/AWSReservedSSO_x/ada", "user/AWSReservedSSO_x/ada"),
    ],
)
def test_an_identity_is_the_same_owner_whatever_its_session(arn: str, owner: str) -> None:
    """A session's name is chosen by whoever assumes the role, and makes nobody another."""
    assert owner == owner_of(signed(arn))


@pytest.mark.parametrize(
    "subject",
    [
        "ada",
        "ada@example.org",
        "auth0|64f1c0ffee",
        "google-oauth2|103547991597142817347",
        "248289761001",
        "eu-west-1:8d8b8c1e-0f0e-4c39-9f3e-3b3c5b0b5f5e",
        "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
        "repo:example/batch:ref:refs/heads/main",
    ],
)
def test_a_tokens_subject_is_an_owner(subject: str) -> None:
    """A JWT authorizer has verified it; issuers write them in many ways."""
    assert subject == owner_of(claimed(subject))


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"requestContext": {}},
        {"requestContext": {"authorizer": {"jwt": {"claims": None}}}},
        *map(
            claimed, (["ada"], {"sub": "ada"}, True, 1.5, "*", "a#b", "a%2Fb", "a\\b", "a\0b", "\u0430da", "ada\u200b")
        ),
        *map(claimed, ("", "-", "a b", "[ada bob]", "ada\n", ".", "..", "1.03547991e+20", "a" * 257, 7)),
    ],
)
def test_who_is_not_named_is_not_let_in(event: dict[str, Any]) -> None:
    """No authorizer, no owner; and nobody is called what leads elsewhere, or what nobody's jobs are kept under."""
    with pytest.raises(NotAuthorized):
        owner_of(event)


@pytest.mark.parametrize(
    ("owner", "open_reading", "expected"),
    [
        ("ada", False, {"read": [True, False], "touch": [True, False], "operate": False}),
        ("ada", True, {"read": [True, True], "touch": [True, False], "operate": False}),
        ("operator", False, {"read": [True, True], "touch": [True, True], "operate": True}),
    ],
)
def test_the_deployment_says_what_a_caller_may(owner: str, open_reading: bool, expected: dict[str, Any]) -> None:
    """With ada's jobs and bob's: one's own always, every job by an operator, reading alone where that is open."""
    caller = caller_of(claimed(owner), replace(DEPLOYMENT, open_reading=open_reading))

    assert expected == {
        "read": [caller.may_read("ada"), caller.may_read("bob")],
        "touch": [caller.may_touch("ada"), caller.may_touch("bob")],
        "operate": caller.is_operator,
    }


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"groups": "batch-admins"}, True),
        ({"groups": "[staff batch-admins]"}, True),
        ({"groups": "[staff]"}, False),
        ({"groups": "[batch-admins-not]"}, False),
        ({"groups": "staff batch-admins"}, False),
        ({"groups": "[]"}, False),
        ({"groups": ["batch-admins"]}, False),
        ({"roles": "batch-admins"}, False),
        ({}, False),
    ],
)
def test_a_claim_makes_an_operator(claims: dict[str, Any], expected: bool) -> None:
    """As a whole or as a member of a list, in API Gateway's words for one; anything else makes none."""
    event = {"requestContext": {"authorizer": {"jwt": {"claims": {"sub": "ada"} | claims}}}}
    deployment = replace(DEPLOYMENT, operator_claim=("groups", "batch-admins"))

    assert (expected, False) == (
        caller_of(event, deployment).is_operator,
        caller_of(event, DEPLOYMENT).is_operator,
    )


def test_a_signed_request_holds_no_claim() -> None:
    """Only a token has any."""
    deployment = replace(DEPLOYMENT, operator_claim=("userArn", "arn:aws:iam::111122223333:user/ada"))

    assert not caller_of(signed("arn:aws:iam::111122223333:user/ada"), deployment).is_operator


def test_an_owner_leaves_room_for_files() -> None:
    """A key of the IOBucket has 1,024 bytes, and what is quoted in it takes three."""
    assert ["a" * 256, "|" * 146] == [owner_of(claimed(each)) for each in ("a" * 256, "|" * 146)]
    assert 1024 >= len(upload_key("|" * 146, "0" * 64, "n" * MAX_NAME_BYTES))
    with pytest.raises(NotAuthorized):
        owner_of(claimed("|" * 147))


@given(st.text("ab.-_+=,@/:|%", min_size=1, max_size=8), st.text("ab.-_+=,@/:|%", min_size=1, max_size=8))
def test_no_owner_reaches_anothers_keys(one: str, other: str) -> None:
    """Neither by the beginning of a key, nor by what somebody makes of a path that stands in it."""
    prefixes = [owner_prefix(each) for each in (one, other) if _is_owner(each)]

    assert prefixes == [f"{posixpath.normpath(each)}/" for each in prefixes]
    assert one == other or not any(a.startswith(b) for a, b in permutations(prefixes, 2))


def _is_owner(subject: str) -> bool:
    try:
        return owner_of(claimed(subject)) == subject
    except NotAuthorized:
        return False


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "abc"])
def test_a_capability_comes_as_a_bearer_token(header: str) -> None:
    """Anything else opens nothing."""
    with pytest.raises(NotAuthorized):
        bearer_of({"headers": {"authorization": header}})


@pytest.mark.parametrize(
    ("event", "title"),
    [({}, "A credential is needed"), (claimed("a b"), "The credential opens nothing")],
)
def test_a_credential_of_nobody_is_told_from_none(event: dict[str, Any], title: str) -> None:
    """The one is to be sent, the other to be made otherwise."""
    with pytest.raises(NotAuthorized) as refused:
        owner_of(event)

    assert title == problem_document(refused.value)["title"]
