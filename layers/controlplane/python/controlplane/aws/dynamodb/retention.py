"""How long items are kept after their jobs have ended. Does no I/O.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_DAY_SECONDS = 86_400
_DAY_MILLISECONDS = 1000 * _DAY_SECONDS


@dataclass(frozen=True, kw_only=True)
class Retention:
    """A deployment's rule."""

    #: After the end of a job; 0 keeps everything for good.
    days: int

    @property
    def is_on(self) -> bool:
        """Whether anything ever expires."""
        return self.days > 0

    def expires_at(self, ended_at: int) -> int | None:
        """When DynamoDB may delete an item; None where items are kept for good.

        Args:
            ended_at: Epoch milliseconds. The answer is in epoch seconds, as DynamoDB has it.
        """
        return math.ceil(ended_at / 1000) + self.days * _DAY_SECONDS if self.is_on else None

    def expiry(self, ended_at: int) -> dict[str, dict[str, Any]]:
        """The attribute that has DynamoDB delete an item; none where items are kept for good."""
        return expiry(self.expires_at(ended_at))

    def is_over(self, since: int, *, now: int) -> bool:
        """Whether a job that ended at some time, or not before it, would be gone now (epoch milliseconds)."""
        return self.is_on and since + self.days * _DAY_MILLISECONDS <= now


def expiry(expires_at: int | None) -> dict[str, dict[str, Any]]:
    """The attribute that says when an item expires (epoch seconds), if ever."""
    return {} if expires_at is None else {"expiresAt": {"N": str(expires_at)}}


def expiry_of(item: Mapping[str, Mapping[str, Any]]) -> int | None:
    """When an item expires (epoch seconds), if ever."""
    return int(item["expiresAt"]["N"]) if "expiresAt" in item else None


def has_expired(item: Mapping[str, Mapping[str, Any]], *, now: int) -> bool:
    """Whether an item is to be gone at this time (epoch milliseconds), though DynamoDB may not have deleted it yet."""
    expires_at = expiry_of(item)
    return expires_at is not None and expires_at * 1000 <= now
