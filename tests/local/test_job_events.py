"""Which of the embedded Batch's events reach the plane."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from batchplane_local.queues import JobEvents
from tests.local.clocks import Clock


def test_only_changes_of_jobs_are_recorded(tmp_path: Path) -> None:
    """The rule on AWS takes no event of another kind, and nor does the plane here."""
    events = [{"detail-type": "Batch Job Queue Blocked"}, {"detail-type": "Batch Job State Change"}]
    with closing(Database(tmp_path / "queue.sqlite")) as database:
        queue = Queue(database, "job-events", clock=Clock())
        JobEvents(queue=queue).deliver(events)
        received = [json.loads(message.body) for message in queue.receive(10)]
    assert [events[1]] == received
