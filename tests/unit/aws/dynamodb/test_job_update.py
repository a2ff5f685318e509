"""What is told of one job, as the arguments of one UpdateItem."""

from __future__ import annotations

from controlplane.aws.dynamodb.job_update import late_update, newest_update, outcome_of
from controlplane.aws.dynamodb.record_item import to_item
from controlplane.aws.dynamodb.retention import Retention
from controlplane.batch.state_change import StateChange, from_event
from controlplane.records.port import Merge
from controlplane.records.record import Outcome, RecordKey, born, merge
from tests.builders import T0, attempt, change, life, submission

OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)
FOR_GOOD = Retention(days=0)
NAME = OURS.batch_job_name
ENDED = attempt(0, started_at=T0 + 3000, stopped_at=T0 + 4000)
RUNNABLE = change("RUNNABLE", name=NAME, at=T0 + 1000)
RUNNING = change("RUNNING", name=NAME, at=T0 + 3000, startedAt=T0 + 3000)
SUCCEEDED = change("SUCCEEDED", name=NAME, at=T0 + 4000, stoppedAt=T0 + 4000, attempts=[ENDED])
FAILED = change("FAILED", name=NAME, at=T0 + 5000, stoppedAt=T0 + 5000, attempts=[ENDED])


def told(*changes: StateChange, ours: bool = True) -> Merge:
    """What one delivery says of the job."""
    return Merge(key=KEY, changes=changes, ours=ours)


def names_in(request: dict[str, object], expression: str) -> set[str]:
    """The placeholders of names and values that an expression uses."""
    text = str(request[expression])
    return {word.strip("(),") for word in text.replace("(", " ").split() if word.strip("(),")[:1] in "#:"} - {""}


def test_the_newest_change_decides_and_all_are_in_history() -> None:
    """In whatever order they were delivered, one request says it."""
    values = newest_update(told(RUNNABLE, SUCCEEDED, RUNNING), retention=FOR_GOOD)["ExpressionAttributeValues"]

    assert ({"S": "SUCCEEDED"}, {"N": str(T0 + 1000)}, {"N": str(T0 + 3000)}, {"N": str(T0 + 4000)}) == (
        values[":status"],
        values[":h2"],
        values[":h4"],
        values[":h15"],
    )


def test_of_a_transition_that_is_told_twice_the_first_dates_it() -> None:
    """Redelivery changes nothing."""
    later = change("RUNNABLE", name=NAME, at=T0 + 9000)

    assert {"N": str(T0 + 1000)} == newest_update(told(RUNNABLE, later), retention=FOR_GOOD)[
        "ExpressionAttributeValues"
    ][":h2"]


def test_every_placeholder_is_used_and_every_one_used_is_there() -> None:
    """DynamoDB refuses a request that has one too many or too few."""
    for merged in (told(RUNNABLE), told(RUNNING, SUCCEEDED), told(RUNNING, ours=False), told(FAILED, ours=False)):
        for request in (newest_update(merged, retention=FOR_GOOD), late_update(merged, {}) or {}):
            used = names_in(request, "UpdateExpression") | names_in(request, "ConditionExpression")

            assert used == {*request["ExpressionAttributeNames"], *request["ExpressionAttributeValues"]}


def test_a_job_that_has_ended_leaves_the_index_of_open_ones() -> None:
    """And one that has not is in it, whatever it was before."""
    ended, running = (newest_update(told(each), retention=FOR_GOOD) for each in (SUCCEEDED, RUNNING))

    assert (True, True) == ("#open = :open" in running["UpdateExpression"], "#open" in ended["UpdateExpression"])
    assert ":open" not in ended["ExpressionAttributeValues"]


def test_history_that_knows_all_asks_for_no_second_write() -> None:
    """A repeated delivery costs one refused write."""
    changes = tuple(map(from_event, life(NAME)))
    item = to_item(merge(born(OURS), KEY, *changes))

    assert late_update(told(changes[0]), item) is None


def test_a_late_write_takes_only_what_history_lacks() -> None:
    """The status stays as it is."""
    item = to_item(merge(born(OURS), KEY, SUCCEEDED))
    request = late_update(told(RUNNABLE, SUCCEEDED), item) or {}

    conditions = {":jobQueue", ":jobDefinition", ":batchJobId", ":latestBirth"}
    assert {":h2", *conditions} == set(request["ExpressionAttributeValues"])


def test_no_key_of_an_index_is_empty() -> None:
    """DynamoDB takes none; only Batch's id and the status are sure to be told."""
    values = newest_update(told(change("RUNNING", jobQueue=""), ours=False), retention=FOR_GOOD)

    assert ":jobQueue" not in values["ExpressionAttributeValues"]


def test_two_ends_in_one_delivery_are_a_conflict() -> None:
    """Though the write was taken, Batch must be asked."""
    assert Outcome.CONFLICT is outcome_of(told(SUCCEEDED, FAILED), None)


def test_an_item_that_refused_tells_what_became_of_it() -> None:
    """Nothing is read for it."""
    item = to_item(merge(born(OURS), KEY, SUCCEEDED))

    assert (Outcome.LATE, Outcome.CONFLICT, Outcome.STRANGE) == (
        outcome_of(told(RUNNING), item),
        outcome_of(told(FAILED), item),
        outcome_of(told(RUNNING), {}),
    )
