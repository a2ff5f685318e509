"""Which endings are followed by another attempt."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchplane_local.batch.jobs.retry import Ending, RetryStrategy

FAILED = Ending(exit_code=1, reason=None, status_reason="Essential container in task exited")
OUT_OF_MEMORY = Ending(
    exit_code=137,
    reason="OutOfMemoryError: Container killed due to memory usage",
    status_reason="Essential container in task exited",
)
LOST = Ending(exit_code=None, reason=None, status_reason="Host EC2 (instance i-0a1b2c3d4e5f60718) terminated.")
LOST_HOSTS = {"onStatusReason": "Host EC2*", "action": "RETRY"}


def strategy(*rules: dict[str, str], attempts: int = 3) -> RetryStrategy:
    """A retry strategy with these rules."""
    document: dict[str, Any] = {"attempts": attempts, "evaluateOnExit": list(rules)}
    return RetryStrategy.from_document(document)


@pytest.mark.parametrize(
    ("rules", "ending", "expected"),
    [
        ([], FAILED, True),
        ([{"onExitCode": "1", "action": "EXIT"}], FAILED, False),
        ([{"onExitCode": "1", "action": "exit"}], FAILED, False),
        ([{"onExitCode": "2", "action": "EXIT"}], FAILED, True),
        ([{"onExitCode": "13*", "action": "EXIT"}], OUT_OF_MEMORY, False),
        ([{"onReason": "OutOfMemoryError*", "action": "EXIT"}], OUT_OF_MEMORY, False),
        ([{"onReason": "OutOfMemoryError", "action": "EXIT"}], OUT_OF_MEMORY, True),
        ([{"onReason": "*", "action": "EXIT"}], FAILED, False),
        ([{"onExitCode": "1*", "action": "EXIT"}], LOST, True),
        ([LOST_HOSTS, {"onReason": "*", "action": "EXIT"}], LOST, True),
        ([LOST_HOSTS, {"onReason": "*", "action": "EXIT"}], FAILED, False),
        ([LOST_HOSTS, {"onStatusReason": "*", "action": "EXIT"}], FAILED, False),
        ([{"onExitCode": "137", "onStatusReason": "Host EC2*", "action": "EXIT"}], OUT_OF_MEMORY, True),
    ],
)
def test_rules(rules: list[dict[str, str]], ending: Ending, expected: bool) -> None:
    """The first rule that matches decides, all its conditions must hold, and no match means another attempt."""
    assert strategy(*rules).retries(ending, finished=1) is expected


@given(st.integers(min_value=1, max_value=10), st.integers(min_value=1, max_value=10))
def test_attempts_run_out(attempts: int, finished: int) -> None:
    """There are never more attempts than the strategy has."""
    assert strategy(attempts=attempts).retries(FAILED, finished=finished) is (finished < attempts)


def test_without_a_strategy_there_is_one_attempt() -> None:
    """A job has one attempt unless it asks for more."""
    assert RetryStrategy.from_document(None).retries(FAILED, finished=1) is False
