"""Who calls: read from API Gateway's authorizer, never from a header and never from the body.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from controlplane.caller import Caller
from controlplane.deployment import Deployment
from controlplane.errors import NotAuthorized, TokenInvalid
from controlplane.io_bucket import MAX_OWNER_BYTES, owner_prefix
from controlplane.job import NOBODY

#: What an owner may be called; it becomes part of keys, and of a page's conditions. A folder's "." and ".." lead out of
#: an owner's own; and a subject that was a number may have been rounded, so that two of them became one.
_OWNER = re.compile(r"(?!\.{1,2}$|[0-9.]+e\+[0-9]+$)[A-Za-z0-9_+=,.@/:|-]{1,256}")

_NAMES_NOBODY = (
    "This credential names nobody who may own a job: its subject must be 1 to 256 of the characters"
    " A-Z a-z 0-9 _ + = , . @ / : | -."
)

_LEAVES_NO_ROOM = (
    f"This credential's subject leaves no room for files in keys of the IOBucket, where / : | take three bytes each: it"
    f" must be below {MAX_OWNER_BYTES} bytes then."
)

#: Gives a route the caller of the request that it serves now. Raises NotAuthorized.
CurrentCaller = Callable[[], Caller]


def caller_of(event: Mapping[str, Any], deployment: Deployment) -> Caller:
    """The caller, as this deployment knows them. Raises NotAuthorized."""
    claim = deployment.operator_claim
    holds_it = claim is not None and _holds(_claims(event), *claim)
    return Caller.known(owner_of(event), deployment=deployment, holds_operator_claim=holds_it)


def owner_of(event: Mapping[str, Any]) -> str:
    """The owner: a JWT's subject, or the user or role of a signed request. Raises NotAuthorized."""
    authorizer = _authorizer(event)
    if not authorizer:
        raise NotAuthorized
    arn = (authorizer.get("iam") or {}).get("userArn")
    owner = _claims(event).get("sub") or (arn and _resource(arn))
    if not isinstance(owner, str) or not _OWNER.fullmatch(owner) or owner == NOBODY:
        raise TokenInvalid(_NAMES_NOBODY)
    if len(owner_prefix(owner)) > MAX_OWNER_BYTES:
        raise TokenInvalid(_LEAVES_NO_ROOM)
    return owner


def bearer_of(event: Mapping[str, Any]) -> str:
    """The bearer token of a request that no authorizer has looked at. Raises NotAuthorized."""
    scheme, _, token = str(event.get("headers", {}).get("authorization", "")).partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthorized
    return token


def _authorizer(event: Mapping[str, Any]) -> Mapping[str, Any]:
    return event.get("requestContext", {}).get("authorizer") or {}


def _claims(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the JWT authorizer found in the token; nothing where another one looked."""
    return (_authorizer(event).get("jwt") or {}).get("claims") or {}


def _holds(claims: Mapping[str, Any], name: str, value: str) -> bool:
    """Whether a claim is this value, or a list of which it is one.

    API Gateway hands every claim on as text, a list as "[one other]". Who may choose the text of the claim could write
    such a list: the claim must be one that the issuer alone decides.
    """
    given = claims.get(name)
    if not isinstance(given, str):
        return False
    is_list = given.startswith("[") and given.endswith("]")
    return value in given[1:-1].split(" ") if is_list else value == given


def _resource(arn: str) -> str:
    """The part of an ARN that names the caller within the account: `user/ada`, `assumed-role/Analyst`.

    A role's session is named by whoever assumes the role, and by the SDK at random, so it tells nothing; only IAM
    Identity Center names it after the person who has signed in.
    """
    named = arn.split(":", 5)[-1]
    kind, _, rest = named.partition("/")
    is_of_a_person = kind != "assumed-role" or rest.startswith("AWSReservedSSO_")
    return named if is_of_a_person else named.rpartition("/")[0]
