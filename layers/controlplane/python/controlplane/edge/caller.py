"""Who calls: read from API Gateway's authorizer, never from a header and never from the body.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from controlplane.caller import Caller
from controlplane.deployment import Deployment
from controlplane.errors import NotAuthorized
from controlplane.job import NOBODY

#: What an owner may be called; it becomes part of keys, and of a page's conditions.
_OWNER = re.compile(r"^[A-Za-z0-9_+=,.@/:|-]{1,256}$")


#: Gives a route the caller of the request that it serves now. Raises NotAuthorized.
CurrentCaller = Callable[[], Caller]


def caller_of(event: Mapping[str, Any], deployment: Deployment) -> Caller:
    """The caller, as this deployment knows them. Raises NotAuthorized."""
    return Caller.known(owner_of(event), deployment=deployment)


def owner_of(event: Mapping[str, Any]) -> str:
    """The owner: a JWT's subject, or the user or role of a signed request. Raises NotAuthorized."""
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    subject = (authorizer.get("jwt") or {}).get("claims", {}).get("sub")
    arn = (authorizer.get("iam") or {}).get("userArn")
    owner = subject or (arn and _resource(arn))
    if not isinstance(owner, str) or not _OWNER.fullmatch(owner) or owner == NOBODY:
        raise NotAuthorized
    return owner


def bearer_of(event: Mapping[str, Any]) -> str:
    """The bearer token of a request that no authorizer has looked at. Raises NotAuthorized."""
    scheme, _, token = str(event.get("headers", {}).get("authorization", "")).partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthorized
    return token


def _resource(arn: str) -> str:
    """The part of an ARN that names the caller within the account: `user/ada`, `assumed-role/Analyst`.

    A role's session is named by whoever assumes the role, and by the SDK at random, so it tells nothing; only IAM
    Identity Center names it after the person who has signed in.
    """
    named = arn.split(":", 5)[-1]
    kind, _, rest = named.partition("/")
    is_of_a_person = kind != "assumed-role" or rest.startswith("AWSReservedSSO_")
    return named if is_of_a_person else named.rpartition("/")[0]
