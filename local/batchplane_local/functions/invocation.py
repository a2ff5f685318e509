"""What AWS Lambda hands to a function beside the event: its context. Knows no function.

https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One invocation, in the words of Lambda's context object."""

    function_name: str
    aws_request_id: str
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "512"

    @classmethod
    def of(cls, function: str) -> Invocation:
        """A new invocation of a function."""
        return cls(function_name=function, aws_request_id=secrets.token_hex(16))

    @property
    def invoked_function_arn(self) -> str:
        """An ARN that says that this is no account of AWS."""
        return f"arn:aws:lambda:local-1:000000000000:function:{self.function_name}"
