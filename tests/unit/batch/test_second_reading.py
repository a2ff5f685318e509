"""What Batch says in another way than it documents is taken; what can't be read says why."""

import json
from typing import Any

import pytest

from controlplane.batch.state_change import StateChange, from_description, from_event
from controlplane.errors import EventMalformed
from controlplane.job import Status
from tests.builders import BATCH_JOB_ID, T0, attempt, change, event

ENDED = attempt(1, started_at=T0, stopped_at=T0 + 1)
NULLS = (
    "jobName",
    "jobQueue",
    "jobDefinition",
    "statusReason",
    "createdAt",
    "startedAt",
    "stoppedAt",
    "attempts",
    "container",
    "arrayProperties",
    "nodeProperties",
    "isCancelled",
    "isTerminated",
    "ecsProperties",
    "eksProperties",
    "eksAttempts",
)


def told(**detail: Any) -> str:
    """A RUNNING event that says this besides."""
    document = json.loads(event("RUNNING"))
    document["detail"] |= detail
    return json.dumps(document)


@pytest.mark.parametrize("member", NULLS)
def test_a_member_that_is_null_is_one_left_out(member: str) -> None:
    """Only jobId and status must be told."""
    left_out = json.loads(told())
    left_out["detail"].pop(member, None)

    assert from_event(json.dumps(left_out)) == from_event(told(**{member: None}))


@pytest.mark.parametrize("member", ["container", "startedAt", "stoppedAt", "statusReason", "taskProperties"])
def test_a_member_of_an_attempt_may_be_null(member: str) -> None:
    """Inside too, null is nothing."""
    left_out = {name: value for name, value in ENDED.items() if name != member}

    assert change("RUNNABLE", attempts=[left_out]) == change("RUNNABLE", attempts=[ENDED | {member: None}])


def test_a_time_of_zero_is_one_left_out() -> None:
    """What has not started has no start in 1970."""
    read = change("RUNNABLE", startedAt=0, attempts=[ENDED | {"startedAt": 0, "stoppedAt": 0}])

    assert (None, None, 0) == (read.detail.started_at, read.detail.attempts[0].started_at, read.finished_attempts)


def test_whole_numbers_may_be_written_as_floats() -> None:
    """JSON knows one kind of number."""
    floats = told(startedAt=float(T0), arrayProperties={"size": 3.0, "statusSummary": {"RUNNING": 2.0}})
    integers = told(startedAt=T0, arrayProperties={"size": 3, "statusSummary": {"RUNNING": 2}})

    assert from_event(integers) == from_event(floats)


def test_a_status_that_is_not_known_is_taken() -> None:
    """Its word is kept for the log; all that is sure is that Batch has the job."""
    read = change("SCHEDULED", attempts=[ENDED])

    assert ("SCHEDULED", Status.SUBMITTED, -1, {}) == (
        read.unknown_status,
        read.detail.status,
        read.order,
        read.history,
    )


def test_a_status_that_is_known_is_no_unknown_one() -> None:
    """A null beside it asks for the second reading, and changes nothing."""
    assert change("RUNNING", startedAt=T0) == change("RUNNING", startedAt=T0, statusReason=None)


def test_descriptions_are_read_in_the_same_two_ways() -> None:
    """The sweep takes what the events' consumer takes."""
    description = {"jobId": BATCH_JOB_ID, "status": "SCHEDULED", "startedAt": 0, "attempts": None}
    read: StateChange = from_description(description, seen=T0)

    assert ("SCHEDULED", None, ()) == (read.unknown_status, read.detail.started_at, read.detail.attempts)


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ({"startedAt": -5}, r"Expected `int` >= 1 - at `\$\.detail\.startedAt`; it is -5"),
        ({"createdAt": 10**13}, r"<= 9999999999999 - at `\$\.detail\.createdAt`; it is 10000000000000"),
        ({"stoppedAt": 1.5}, r"got `float` - at `\$\.detail\.stoppedAt`; it is 1\.5"),
        ({"stoppedAt": "now"}, r"got `str` - at `\$\.detail\.stoppedAt`; it is 'now'"),
        ({"attempts": [ENDED, {"stoppedAt": 10**40}]}, r"`\$\.detail\.attempts\[1\]\.stoppedAt`; it is 10+"),
        ({"attempts": [{"container": {"exitCode": 2**31}}]}, r"exitCode`; it is 2147483648"),
        ({"attempts": [ENDED] * 21}, r"length <= 20 - at `\$\.detail\.attempts`; it is \["),
        ({"arrayProperties": {"size": 10_001}}, r"<= 10000 - at `\$\.detail\.arrayProperties\.size`; it is 10001"),
        ({"arrayProperties": {"statusSummary": {"RUNNING": "all"}}}, r"got `str` - at `\$\.detail\.arrayProperties"),
        ({"status": 7}, r"got `int` - at `\$\.detail\.status`; it is 7"),
        ({"status": ""}, r"at `\$\.detail\.status`; it is ''"),
        ({"status": None}, "missing required field `status`"),
        ({"jobId": None}, "missing required field `jobId`"),
        ({"jobId": ""}, r"length >= 1 - at `\$\.detail\.jobId`; it is ''"),
        ({"jobId": "j" * 257}, r"length <= 256 - at `\$\.detail\.jobId`; it is 'jjj"),
        ({"jobId": f"{BATCH_JOB_ID}:10000"}, f"must be below 10000; it is '{BATCH_JOB_ID}:10000'"),
    ],
)
def test_what_breaks_a_bound_is_malformed(detail: dict[str, Any], said: str) -> None:
    """The reason names the member, the bound and the value: nobody crashes over it later."""
    with pytest.raises(EventMalformed, match=said):
        from_event(told(**detail))


def test_a_reason_repeats_no_more_of_a_value_than_fits() -> None:
    """An event can be large; its reason goes into a message's attribute."""
    with pytest.raises(EventMalformed) as refused:
        from_event(told(startedAt="x" * 100_000))

    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "2286-11-21T00:00:00Z"])
def test_a_time_out_of_the_plane_s_bounds_is_malformed(time: str) -> None:
    """Where the job doesn't say its own time, the event's must be one that can be stored."""
    with pytest.raises(EventMalformed, match=f"from 1970 to 2286; it is '{time[:10]}"):
        from_event(event("RUNNABLE").replace("2026-11-18T11:06:40Z", time))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "truncated"),
        ("{", "truncated"),
        ("[]", r"must be an object with a detail; it is \[\]"),
        ("null", "must be an object with a detail; it is None"),
        ('{"detail": 1}', "must be an object with a detail"),
        ('{"detail": {}}', "its detail-type is None"),
        (told()[:-1], "truncated"),
        (told(attempts="none")[:-1], "truncated"),
        (told(deep=0).replace('"deep": 0', '"deep": ' + "[" * 9999 + "]" * 9999), "recursion"),
        ("\ud800", "surrogates"),
        (told().replace("Z", ""), "timezone"),
    ],
)
def test_what_is_no_state_change_is_malformed(body: str, said: str) -> None:
    """Whatever the body is, only EventMalformed comes of it."""
    with pytest.raises(EventMalformed, match=said):
        from_event(body)


def test_bytes_that_are_no_text_are_malformed() -> None:
    """A body is UTF-8."""
    with pytest.raises(EventMalformed, match="UTF-8|utf-8"):
        from_event(b'{"time": "\xff"}')
