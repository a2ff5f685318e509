"""Acknowledging a finding of cdk-nag, with the reason. Never for a whole stack: each stands where its cause does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from constructs import IConstruct


def acknowledge(construct: IConstruct, finding: str, *, reason: str) -> None:
    """Accept one finding, "AwsSolutions-S1", on a construct and all below it."""
    cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def acknowledge_wildcard(construct: IConstruct, resource: str, *, reason: str) -> None:
    """Accept that a policy on or below a construct names a resource by a wildcard: this one, and no other."""
    written = _written(cdk.Stack.of(construct).resolve(resource))
    acknowledge(construct, f"AwsSolutions-IAM5[Resource::{written}]", reason=reason)


def _written(value: Any) -> str:
    """A value of a template as cdk-nag writes it in a finding: a reference as "<AWS::Region>"."""
    if isinstance(value, str):
        return value
    match value:
        case {"Fn::Join": [delimiter, parts]}:
            return str(delimiter).join(_written(part) for part in parts)
        case {"Ref": name}:
            return f"<{name}>"
        case Mapping():
            return json.dumps(value, separators=(",", ":"))
    raise TypeError(f"a resource must be text or an intrinsic function; it is {value!r}")
