"""How AWS says that it is asked too much: one set of words for every service. Does no I/O.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TOO_MANY_REQUESTS = 429
#: Codes of an error, whatever its HTTP status: most of them come with 400.
_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


def is_throttled(response: Mapping[str, Any]) -> bool:
    """Whether an answer of AWS, as boto3 reads it, refuses a request that may be made again a moment later."""
    return code_of(response) in _CODES or status_of(response) == _TOO_MANY_REQUESTS


def code_of(response: Mapping[str, Any]) -> str:
    """The error's code; empty where there is none."""
    return str(response.get("Error", {}).get("Code", ""))


def status_of(response: Mapping[str, Any]) -> int:
    """The answer's HTTP status; 400 where it says none."""
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))
