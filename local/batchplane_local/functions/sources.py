"""The functions over an embedded plane, each fed from its own source. Knows what feeds what, and no function's work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from batchplane_local.functions.events import queue_event, stream_event
from batchplane_local.functions.poller import Poller, Source
from batchplane_local.functions.ticker import Ticker
from batchplane_local.plane import LocalPlane
from lambdas.alert_on_failure.handler import build as alert_on_failure
from lambdas.reconcile_jobs.handler import build as reconcile_jobs
from lambdas.record_state_change.handler import build as record_state_change
from lambdas.submit_job.handler import build as submit_job

#: How often `reconcile_jobs` runs, in seconds, as the deployed schedule does.
RECONCILE_SECONDS = 300.0
#: Most messages of one invocation. A batch of events is one transaction, and a request that writes waits for it.
SUBMISSIONS_A_BATCH = 10
EVENTS_A_BATCH = 100
CHANGES_A_BATCH = 10


@contextmanager
def fed(plane: LocalPlane, *, reconcile_seconds: float = RECONCILE_SECONDS) -> Iterator[None]:
    """Feed the four functions that no request feeds, while the block runs."""
    ticker = Ticker("reconcile_jobs", reconcile_jobs(plane), seconds=reconcile_seconds, clock=plane.clock)
    with ExitStack() as working:
        for worker in (*map(Poller, _sources(plane)), ticker):
            working.enter_context(worker)
        yield


def _sources(plane: LocalPlane) -> tuple[Source, ...]:
    return (
        Source(
            function="submit_job",
            queue=plane.queues.submissions,
            handler=submit_job(plane),
            to_event=queue_event,
            batch_size=SUBMISSIONS_A_BATCH,
        ),
        Source(
            function="record_state_change",
            queue=plane.queues.job_events,
            handler=record_state_change(plane),
            to_event=queue_event,
            batch_size=EVENTS_A_BATCH,
        ),
        Source(
            function="alert_on_failure",
            queue=plane.queues.record_changes,
            handler=alert_on_failure(plane),
            to_event=stream_event,
            batch_size=CHANGES_A_BATCH,
        ),
    )
