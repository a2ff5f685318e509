"""The owner is read from the authorizer, and from nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from controlplane.edge.caller import bearer_of, caller_of, owner_of
from controlplane.errors import NotAuthorized
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


def test_a_tokens_subject_is_an_owner() -> None:
    """A JWT authorizer has verified it."""
    assert "ada" == owner_of(claimed("ada"))


@pytest.mark.parametrize("event", [{}, {"requestContext": {}}, claimed(""), claimed("-"), claimed("a b"), claimed(7)])
def test_who_is_not_named_is_not_let_in(event: dict[str, Any]) -> None:
    """No authorizer, no owner; and nobody is called what nobody's jobs are kept under."""
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


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "abc"])
def test_a_capability_comes_as_a_bearer_token(header: str) -> None:
    """Anything else opens nothing."""
    with pytest.raises(NotAuthorized):
        bearer_of({"headers": {"authorization": header}})
