"""Work that a schedule starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from controlplane.edge.function import Handler


def on_schedule(run: Callable[[], Mapping[str, int]]) -> Handler:
    """A handler that calls `run`, answers its counts, and makes each a metric."""
    logger = Logger()
    metrics = Metrics(namespace="Batchplane")

    def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
        counts = dict(run())
        logger.info("ran", extra=counts)
        for name, count in counts.items():
            metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
        metrics.flush_metrics()
        metrics.clear_metrics()  # flushing leaves them where metrics are turned off
        return counts

    return handler
