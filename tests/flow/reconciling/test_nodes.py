"""The sweep over multi-node parallel jobs: what no event told of their nodes comes to be known."""

from __future__ import annotations

from typing import Any

import pytest

from controlplane.job import JobType, Status
from tests.builders import T0, attempt
from tests.flow.reconciling.standing_batch import StandingBatch
from tests.flow.reconciling.sweeping import record, sweep, tell
from tests.flow.river import River

NODES: dict[str, Any] = {"nodeProperties": {"numNodes": 2, "mainNode": 0}}
FAILED_ONCE = [attempt(1, started_at=T0, stopped_at=T0 + 1)]


def test_nodes_that_send_no_events_are_asked_after(river: River, batch: StandingBatch) -> None:
    """AWS does not say that they do: they are told of while their job runs."""
    batch.stand("RUNNING", jobId="gang", startedAt=T0, **NODES)
    for index in range(2):
        batch.stand("RUNNING", jobId=f"gang#{index}", startedAt=T0, nodeDetails={"nodeIndex": index})
    tell(river, "RUNNING", "gang", startedAt=T0, **NODES)
    tally = sweep(river, batch, minutes=10)

    nodes = [record(river, f"gang#{index}") for index in range(2)]
    assert [(JobType.NODE, Status.RUNNING)] * 2 == [(node.type, node.status) for node in nodes]
    assert 2 == tally["healed"]


def test_a_node_that_was_tried_again_is_asked_after_at_the_end(river: River, batch: StandingBatch) -> None:
    """It was told to have ended once, and of its second attempt nothing was told."""
    batch.live_gang("gang", "theirs", exit_codes=[0, 0])
    batch.live("gang#1", "theirs", exit_codes=(1, 0))
    tell(river, "FAILED", "gang#1", attempts=FAILED_ONCE)
    tell(river, "SUCCEEDED", "gang", **NODES)
    sweep(river, batch, minutes=10)

    node = record(river, "gang#1")
    assert (Status.SUCCEEDED, [1, 0]) == (node.status, [each.container.exit_code for each in node.attempts])


def test_a_node_that_was_ended_before_it_was_tried_again_has_ended(river: River, batch: StandingBatch) -> None:
    """No attempt says so, so that Batch's own word stands; then nothing is asked any more."""
    batch.live_gang("gang", "theirs", exit_codes=[1, 1])
    tell(river, "FAILED", "gang#1", attempts=FAILED_ONCE)
    tell(river, "RUNNABLE", "gang#1", attempts=FAILED_ONCE)
    tell(river, "FAILED", "gang", **NODES)
    tallies = [sweep(river, batch, minutes=10) for _ in range(2)]

    assert (Status.FAILED, [1, 0]) == (record(river, "gang#1").status, [tally["closed"] for tally in tallies])
    assert 0 == tallies[1]["looked_at"]


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
def test_a_node_that_never_began_keeps_no_job_open(river: River, batch: StandingBatch, status: str) -> None:
    """Batch does not describe it, and nobody told of it."""
    batch.stand(status, jobId="gang", stoppedAt=T0, **NODES)
    tell(river, status, "gang", stoppedAt=T0, **NODES)

    assert [1, 0] == [sweep(river, batch, minutes=10)["closed"], sweep(river, batch)["looked_at"]]


def test_a_node_that_still_stops_keeps_its_job_open(river: River, batch: StandingBatch) -> None:
    """It has half a minute left when the main node has ended."""
    batch.live_gang("gang", "theirs", exit_codes=[0, 0])
    batch.stand("RUNNING", jobId="gang#1", startedAt=T0)
    tell(river, "SUCCEEDED", "gang", **NODES)
    first = sweep(river, batch, minutes=10)
    batch.live("gang#1", "theirs", exit_codes=(143,))
    second = sweep(river, batch)

    assert ([0, 1], Status.FAILED) == ([first["closed"], second["closed"]], record(river, "gang#1").status)
