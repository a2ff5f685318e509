"""What CloudWatch is told of a batch of messages."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from controlplane.edge.message_counts import counted
from tests.builders import T0


def told(*, messages: int, failed: int) -> dict[str, Any]:
    """The line of one batch."""
    lines: list[str] = []
    answer = {"batchItemFailures": [{"itemIdentifier": str(place)} for place in range(failed)]}
    handler = counted(lambda event, context: answer, clock=lambda: T0, write=lines.append)

    assert answer == handler({"Records": [{}] * messages}, SimpleNamespace(function_name="lab-submit_job"))
    (line,) = lines
    return dict(json.loads(line))


def test_what_was_worked_on_and_what_comes_again_are_counted_apart() -> None:
    """By the function's own name, which begins with its deployment's."""
    line = told(messages=10, failed=3)

    assert (7, 3, "lab-submit_job") == (line["MessagesProcessed"], line["MessagesFailed"], line["FunctionName"])


def test_nothing_that_failed_is_told_too() -> None:
    """A metric that is zero is not one that is missing."""
    assert 0 == told(messages=1, failed=0)["MessagesFailed"]


def test_each_count_is_declared_as_a_metric() -> None:
    """CloudWatch makes metrics of no other member of a line."""
    line = told(messages=1, failed=0)
    (directive,) = line["_aws"]["CloudWatchMetrics"]

    assert ("Batchplane", [["FunctionName"]], T0) == (
        directive["Namespace"],
        directive["Dimensions"],
        line["_aws"]["Timestamp"],
    )
    assert ["MessagesProcessed", "MessagesFailed"] == [each["Name"] for each in directive["Metrics"]]
