"""How long a request has: as its function has, and as API Gateway waits."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest

from controlplane.aws.plane import AwsPlane
from controlplane.edge.function import Handler
from controlplane.edge.in_time import in_time, seconds_left
from controlplane.plane import Plane
from tests.builders import T0

#: What `serve_api` may run, in seconds.
FUNCTION_SECONDS = 29


class Invocation:
    """What Lambda tells of one request."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's context."""
        return round(self._seconds * 1000)


def left(*, function_seconds: float = FUNCTION_SECONDS, **context: Any) -> float:
    """How many seconds a request has of which API Gateway tells this."""
    return seconds_left({"requestContext": context}, Invocation(function_seconds), now=T0)


def test_a_request_has_the_time_of_its_function() -> None:
    """Where the instance was there before it."""
    assert FUNCTION_SECONDS == left(timeEpoch=T0 - 20)


def test_a_request_that_began_an_instance_has_less() -> None:
    """API Gateway waits 30 s from when it took the request; Lambda counts from when the instance had begun."""
    assert 26 == left(timeEpoch=T0 - 4000)


def test_a_function_that_has_less_is_heeded() -> None:
    """Say, when the plane was put together within the first request."""
    assert 5 == left(function_seconds=5, timeEpoch=T0 - 4000)


@pytest.mark.parametrize(("ahead", "seconds"), [(60_000, FUNCTION_SECONDS), (-600_000, 20)])
def test_clocks_that_disagree_take_no_request_its_time(ahead: int, seconds: int) -> None:
    """An instance takes ten seconds to begin at most."""
    assert seconds == left(timeEpoch=T0 + ahead)


def test_a_request_of_no_gateway_has_the_time_of_its_function() -> None:
    """A function may be invoked by hand."""
    assert FUNCTION_SECONDS == seconds_left({}, Invocation(FUNCTION_SECONDS), now=T0)


def test_a_wait_leaves_time_for_an_answer() -> None:
    """Half a second to say it, and for what is read of the table then: as much as the first of the reads may take."""

    def build(plane: Plane) -> Handler:
        return lambda event, context: plane.time_to_wait()

    assert in_time(AwsPlane({}), build)({}, Invocation(10)) <= 10 - 0.5 - 3


def test_a_function_that_no_one_waits_for_has_all_the_time() -> None:
    """It is delivered again what it could not do."""
    assert inf == AwsPlane({}).time_to_wait()
