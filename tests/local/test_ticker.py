"""The clock starts its function at once, and again and again."""

from __future__ import annotations

import threading
from typing import Any

from batchplane_local.functions.ticker import Ticker
from tests.builders import T0
from tests.waiting import PATIENCE_SECONDS


def test_a_function_is_called_at_once() -> None:
    """Not only after the first interval; the event is EventBridge's."""
    events: list[dict[str, Any]] = []
    called = threading.Event()

    def handler(event: dict[str, Any], context: Any) -> None:
        events.append(event)
        called.set()

    ticker = Ticker("work", handler, seconds=3600, clock=lambda: T0)
    ticker.start()
    assert called.wait(PATIENCE_SECONDS)
    ticker.stop()

    assert [("aws.events", "2026-11-18T11:06:40Z")] == [(event["source"], event["time"]) for event in events]


def test_a_function_that_fails_is_called_again() -> None:
    """One bad run is not the last."""
    calls: list[int] = []
    twice = threading.Event()

    def handler(event: dict[str, Any], context: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            twice.set()
        raise LookupError

    ticker = Ticker("work", handler, seconds=0.01, clock=lambda: T0)
    ticker.start()
    was_called_twice = twice.wait(PATIENCE_SECONDS)
    ticker.stop()

    assert was_called_twice
