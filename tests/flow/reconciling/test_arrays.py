"""The sweep over arrays: children that no event told of, over several runs, and arrays that Batch has forgotten."""

from controlplane.job import Status
from controlplane.reconciling.array_sweep import ArraySweep
from controlplane.reconciling.inquiry import Bounds
from tests.flow.reconciling.standing_batch import StandingBatch
from tests.flow.reconciling.sweeping import inquire, merge, record, sweep, tell
from tests.flow.river import River


def tell_array(river: River, status: str, job_id: str, *, size: int, **detail: object) -> None:
    """Bring news of an array job."""
    tell(river, status, job_id, arrayProperties={"size": size, "statusSummary": {}}, **detail)


def test_an_array_of_ten_thousand_is_healed_child_by_child(river: River, batch: StandingBatch) -> None:
    """All that was ever told is that it ended; a hundred calls later every child's end is known, and it is closed."""
    batch.stand_array("SUCCEEDED", "array", size=10_000)
    batch.stand("FAILED", jobId="array:7777")
    tell_array(river, "FAILED", "array", size=10_000)
    tally = sweep(river, batch, minutes=10)

    assert (10_000, 1, True) == (tally["healed"], tally["closed"], tally["calls"] <= 110)
    summary = {Status.SUCCEEDED: 9999, Status.FAILED: 1}
    assert (summary, ()) == (
        river.records.status_summary("array", size=10_000),
        river.records.list_open(limit=1).records,
    )


def test_large_arrays_are_looked_at_over_several_runs(river: River, batch: StandingBatch) -> None:
    """Each run goes on within an array where the one before had to stop."""
    for array in ("array-a", "array-b"):
        batch.stand_array("SUCCEEDED", array, size=10_000)
        tell_array(river, "PENDING", array, size=10_000)
    tallies = [sweep(river, batch, minutes=10) for _ in range(3)]

    # 150 calls of a hundred ids, the array's own among them: its end is news, too.
    assert [14_852, 5150, 0] == [tally["healed"] for tally in tallies]
    assert [1, 1, 0] == [tally["closed"] for tally in tallies]


def test_what_has_news_is_left_alone(river: River, batch: StandingBatch) -> None:
    """Events of a job, or of an array's children, are on their way: for five minutes after its own last one."""
    batch.stand_array("RUNNING", "array", size=2)
    tell_array(river, "PENDING", "array", size=2)
    tell(river, "RUNNING", "single")

    assert [0, 4] == [sweep(river, batch, minutes=minutes)["looked_at"] for minutes in (4, 1)]


def test_many_small_arrays_share_a_call(river: River, batch: StandingBatch) -> None:
    """A hundred ids of whatever arrays."""
    for number in range(40):
        batch.live_array(f"array-{number:02d}", "theirs", exit_codes=[0] * 4)
        tell_array(river, "PENDING", f"array-{number:02d}", size=4)
    tally = sweep(river, batch, minutes=10)

    assert (200, 2) == (tally["healed"], tally["calls"] - 1)  # and one ListJobs


def test_an_array_is_open_as_long_as_a_child_is(river: River, batch: StandingBatch) -> None:
    """It has ended, as its last event said; the child's end comes to be known later, and nothing is asked then."""
    batch.live_array("array", "theirs", exit_codes=[0, 0])
    batch.stand("RUNNING", jobId="array:1", jobName="theirs")
    tell_array(river, "SUCCEEDED", "array", size=2)
    first = sweep(river, batch, minutes=10)
    batch.live("array:1", "theirs")
    second, third = sweep(river, batch), sweep(river, batch)

    assert [(2, 0), (1, 1), (0, 0)] == [(tally["healed"], tally["closed"]) for tally in (first, second, third)]
    assert 0 == third["looked_at"]


def test_a_forgotten_array_is_lost_with_its_children(river: River, batch: StandingBatch) -> None:
    """At the second look; a child that is known to have ended has ended."""
    tell_array(river, "PENDING", "array", size=4)
    tell(river, "SUCCEEDED", "array:0")
    tell(river, "RUNNING", "array:1")
    tallies = [sweep(river, batch, minutes=minutes) for minutes in (10, 60, 5)]
    lost = {job_id: (record(river, job_id).status, record(river, job_id).lost) for job_id in ("array", "array:1")}

    assert [(1, 0), (0, 2), (0, 0)] == [(tally["missed"], tally["lost"]) for tally in tallies]
    assert {"array": (Status.PENDING, True), "array:1": (Status.RUNNING, True)} == lost
    assert (Status.SUCCEEDED, False) == (record(river, "array:0").status, record(river, "array:0").lost)


def test_a_child_that_batch_does_not_describe_is_not_lost_while_its_array_is_there(
    river: River, batch: StandingBatch
) -> None:
    """It need not exist yet."""
    batch.stand("PENDING", jobId="array")
    tell_array(river, "PENDING", "array", size=2)

    assert [0] * 3 == [sweep(river, batch, minutes=600)["lost"] for _ in range(3)]


def test_children_are_lost_a_day_after_the_end_of_their_array(river: River, batch: StandingBatch) -> None:
    """It was cancelled before they existed, or the plane was away for a week; then it needs no look any more."""
    tell_array(river, "FAILED", "array", size=3)
    tell(river, "RUNNING", "array:2")
    tallies = [sweep(river, batch, minutes=minutes) for minutes in (10, 23 * 60, 60, 10)]

    assert [(3, 0, 0), (3, 0, 0), (3, 1, 1), (0, 0, 0)] == [
        (tally["looked_at"], tally["lost"], tally["closed"]) for tally in tallies
    ]


def test_healthy_children_keep_no_other_from_its_turn(river: River, batch: StandingBatch) -> None:
    """Each run goes on within the array, though nothing before has changed."""
    batch.stand_array("RUNNING", "array", size=500)
    tell_array(river, "PENDING", "array", size=500)
    river.records.merge([merge("RUNNING", f"array:{index}") for index in range(500)])
    batch.live("array:499", "theirs")
    two_calls = Bounds(calls=2, milliseconds=60_000)
    looked_at = []
    for _ in range(3):
        river.now += 10 * 60_000
        inquiry = inquire(river, batch, two_calls)
        ArraySweep(records=river.records, bounds=two_calls).run(inquiry)
        looked_at.append(inquiry.tally.looked_at)

    assert ([200, 200, 106], Status.SUCCEEDED) == (looked_at, record(river, "array:499").status)
