"""What the plane gives up is shown to operators and tried again, and no record is the worse for it."""

from typing import Any

import pytest

from controlplane.recording.dead_letters import BODY_CHARACTERS, LOOK_LIMIT, REPLAY_LIMIT
from controlplane.records.record import JobRecord, RecordKey, Status
from tests.builders import T0
from tests.flow.river import River

OPERATOR = "operator"


def look(river: River, query: str = "") -> dict[str, Any]:
    """What an operator is shown."""
    status, document = river.request("GET", "/dead-letters", owner=OPERATOR, query=query)
    assert status == 200, document
    return dict(document)


def replay(river: River, **body: Any) -> dict[str, Any]:
    """What an operator is answered who has letters sent back."""
    status, document = river.request("POST", "/dead-letters/replay", body, owner=OPERATOR)
    assert status == 200, document
    return dict(document)


def ended(river: River) -> RecordKey:
    """A job that has lived to its end, recorded."""
    job_id = river.submit()
    river.settle()
    river.run_jobs()
    river.settle()
    return RecordKey(job_id=job_id)


def remembered(river: River, key: RecordKey) -> tuple[JobRecord | None, int]:
    """All that is remembered of a job, and how many mails were sent."""
    return river.records.get(key), len(river.mails)


def test_an_event_that_can_not_be_read_ends_among_the_dead_letters_alone(river: River) -> None:
    """With its reason; its batch-mates are recorded."""
    job_id = river.submit()
    river.settle()
    river.job_events.send(["garbage"])
    river.run_jobs()
    river.settle()
    (letter,) = look(river)["deadLetters"]

    assert (Status.SUCCEEDED, "jobEvents", "garbage") == (river.record(job_id).status, letter["queue"], letter["body"])
    assert "not a Batch Job State Change event" in letter["reason"]


def test_replaying_every_letter_changes_no_record(river: River) -> None:
    """Garbage comes back with its reason; events that had been recorded before say nothing new."""
    river.batch.exit_codes = (1, 1)
    key = ended(river)
    before = remembered(river, key)
    letters = [*river.batch.events("batch-0"), "garbage"]
    for letter in letters:
        river.job_events.give_up(letter, reason="why")
    river.now += 1000
    answer = replay(river)
    river.settle()

    assert {"submissions": 0, "jobEvents": len(letters), "recordChanges": 0} == answer["replayed"]
    assert (before, ["garbage"]) == (remembered(river, key), [each["body"] for each in look(river)["deadLetters"]])


def test_an_event_that_was_given_up_is_recorded_by_a_replay(river: River) -> None:
    """What was missing for want of it is there then."""
    job_id = river.submit()
    river.settle()
    for event in river.batch.events("batch-0"):
        river.job_events.give_up(event, reason="the table was away")
    replay(river)
    river.settle()

    assert Status.SUCCEEDED == river.record(job_id).status


def test_replaying_a_submission_submits_no_second_job(river: River) -> None:
    """Batch knows it already."""
    river.submit()
    (message,) = river.submissions.receive(1)
    river.submissions.give_up(message.body, reason="why")
    river.submissions.recover()
    river.settle()
    replay(river)
    river.settle()

    assert 1 == len(river.batch.jobs)


def test_replaying_a_change_of_a_record_mails_no_second_time(river: River) -> None:
    """The alert of the failure is closed."""
    river.batch.exit_codes = (1,)
    river.submit()
    river.settle()
    river.run_jobs()
    river.turn()
    for message in river.record_changes.receive(100):
        river.record_changes.give_up(message.body, reason="why")
    river.record_changes.recover()
    river.settle()
    replay(river)
    river.settle()

    assert 1 == len(river.mails)


def test_who_goes_on_with_the_answered_moment_comes_to_an_end(river: River) -> None:
    """A letter that fails again is one that was sent later."""
    for number in range(REPLAY_LIMIT + 1):
        river.job_events.give_up(f"garbage {number}", reason="can't be read")
    river.now += 1000
    first = replay(river)
    river.now += 1000
    river.settle()
    second = replay(river, until=first["until"])

    assert (REPLAY_LIMIT, True, 1, False) == (
        first["replayed"]["jobEvents"],
        first["more"],
        second["replayed"]["jobEvents"],
        second["more"],
    )


def test_a_replay_stops_at_its_limit_whichever_queue_that_is_in(river: River) -> None:
    """The queues after it are still to come."""
    river.submissions.give_up("a", reason="why")
    river.job_events.give_up("b", reason="why")
    answer = replay(river, limit=1)

    assert ({"submissions": 1, "jobEvents": 0, "recordChanges": 0}, True) == (answer["replayed"], answer["more"])


def test_letters_are_shown_the_newest_first(river: River) -> None:
    """Whatever queue they lie in."""
    for queue, body in ((river.record_changes, "oldest"), (river.submissions, "middle"), (river.job_events, "newest")):
        queue.give_up(body, reason="why")
        river.now += 1

    assert ["newest", "middle", "oldest"] == [each["body"] for each in look(river)["deadLetters"]]


@pytest.mark.parametrize(("count", "more"), [(2, False), (3, True)])
def test_a_look_says_whether_there_is_more(river: River, count: int, more: bool) -> None:
    """The limit is of each queue."""
    for _ in range(count):
        river.job_events.give_up("body", reason="why")
        river.submissions.give_up("body", reason="why")
    page = look(river, "limit=2")

    assert (4, more) == (len(page["deadLetters"]), page["more"])


def test_a_long_body_is_shown_in_part(river: River) -> None:
    """Enough to know it by, and how long it is."""
    river.job_events.give_up("λ" * 5000, reason="why")
    (letter,) = look(river)["deadLetters"]

    assert {
        "queue": "jobEvents",
        "messageId": "1",
        "sentAt": T0,
        "receiveCount": 0,
        "reason": "why",
        "body": "λ" * BODY_CHARACTERS,
        "bodyLength": 5000,
    } == letter


@pytest.mark.parametrize(("method", "path"), [("GET", "/dead-letters"), ("POST", "/dead-letters/replay")])
def test_only_operators_see_and_replay(river: River, method: str, path: str) -> None:
    """A message may be of anybody's job. The answer says who may, and which setting makes one."""
    river.job_events.give_up("theirs", reason="why")
    status, problem = river.request(method, path, {} if method == "POST" else None, owner="ada")

    assert (403, "urn:batchplane:problem:NotAnOperator", 1) == (
        status,
        problem["type"],
        len(river.job_events.dead_letters(10)),
    )
    assert all(words in problem["detail"] for words in ("Only operators", "'ada'", "batchplane:operators"))


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "field"),
    [
        ("GET", "/dead-letters", f"limit={LOOK_LIMIT + 1}", None, "limit"),
        ("POST", "/dead-letters/replay", "", {"limit": 0}, "limit"),
        ("POST", "/dead-letters/replay", "", {"until": -1}, "until"),
        ("POST", "/dead-letters/replay", "", {"until": 10**30}, "until"),
        ("POST", "/dead-letters/replay", "", {"queue": "x"}, "queue"),
    ],
)
def test_a_request_out_of_bounds_is_refused(
    river: River, method: str, path: str, query: str, body: Any, field: str
) -> None:
    """By the name of the field."""
    status, problem = river.request(method, path, body, owner=OPERATOR, query=query)

    assert (400, [field]) == (status, [each["field"] for each in problem["errors"]])
