"""How many messages a function worked on, and how many come again: metrics, by one line of its log. Calls nobody.

A message that fails fails no invocation, so Lambda's own metrics don't tell of it. Powertools' Metrics would say it as
well, and a cold start would pay for its import (docs/decisions/0016-cold-starts-and-calls.md).
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from controlplane.edge.function import Handler

#: Where the plane's metrics stand.
NAMESPACE = "Batchplane"
#: What each is of: a function's name begins with its deployment's.
DIMENSION = "FunctionName"


def counted(
    handler: Handler,
    *,
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    write: Callable[[str], object] = print,
) -> Handler:
    """The same handler of batches of messages, which tells of each what came of it.

    Args:
        handler: Answers `batchItemFailures`.
        clock: Epoch milliseconds.
        write: Takes a line of the log.
    """

    def counting(event: dict[str, Any], context: Any) -> Any:
        answer = handler(event, context)
        failed = len(answer["batchItemFailures"])
        counts = {"MessagesProcessed": len(event["Records"]) - failed, "MessagesFailed": failed}
        write(json.dumps(_line(counts, function_name=context.function_name, at=clock())))
        return answer

    return counting


def _line(counts: dict[str, int], *, function_name: str, at: int) -> dict[str, Any]:
    metrics = [{"Name": name, "Unit": "Count"} for name in counts]
    directive = {"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics}
    return {"_aws": {"Timestamp": at, "CloudWatchMetrics": [directive]}, DIMENSION: function_name, **counts}
