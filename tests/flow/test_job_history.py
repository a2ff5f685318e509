"""`GET /jobs/{id}/history` and `/attempts`: what became of a job, from the record, and to whom may read it alone."""

import json
from typing import Any

from tests.builders import T0, event
from tests.flow.river import River


def document(river: River, path: str) -> dict[str, Any]:
    """What the owner is answered."""
    status, answer = river.request("GET", path)
    assert status == 200, answer
    return dict(answer)


def told(river: River, *, until: int | None = None) -> str:
    """A job that fails once and then succeeds, as far as so many events tell of it."""
    river.batch.exit_codes = (3, 0)
    job_id = river.submit()
    river.settle()
    river.job_events.send(river.batch.events("batch-0")[:until])
    river.settle()
    return job_id


def test_history_says_why_a_job_was_tried_again_and_how_it_ended(river: River) -> None:
    """A retry follows an attempt with its exit code; the end has the job's own reason."""
    answer = document(river, f"/jobs/{told(river)}/history")
    why = [(step["status"], step["attempt"], step["exitCode"]) for step in answer["history"] if step["at"] > T0]

    assert why == [
        ("RUNNABLE", 1, None),
        ("STARTING", 1, None),
        ("RUNNING", 1, None),
        ("RUNNABLE", 2, 3),
        ("STARTING", 2, None),
        ("RUNNING", 2, None),
        ("SUCCEEDED", 2, 0),
    ]
    assert answer["history"][-1]["statusReason"] == answer["statusReason"] == "Essential container in task exited"


def test_each_retry_has_the_exit_code_of_the_attempt_before_it(river: River) -> None:
    """And not of the first."""
    river.batch.exit_codes = (3, 4, 0)
    job_id = river.submit()
    river.settle()
    river.run_jobs()
    river.settle()
    steps = document(river, f"/jobs/{job_id}/history")["history"]

    assert [step["exitCode"] for step in steps if step["status"] == "RUNNABLE"] == [None, 3, 4]


def test_a_status_lasts_until_the_next(river: River) -> None:
    """The last one has no end."""
    steps = document(river, f"/jobs/{told(river)}/history")["history"]

    assert [step["until"] for step in steps] == [*(step["at"] for step in steps[1:]), None]


def test_attempts_have_their_exit_codes_times_and_logs(river: River) -> None:
    """Counted from 1."""
    answer = document(river, f"/jobs/{told(river)}/attempts")
    shown = [
        (each["attempt"], each["container"]["exitCode"], each["container"]["reason"]) for each in answer["attempts"]
    ]
    times = [(each["startedAt"], each["stoppedAt"]) for each in answer["attempts"]]

    assert shown == [(1, 3, "attempt 1"), (2, 0, "attempt 2")]
    assert times == [(T0 + 3000, T0 + 4000), (T0 + 6000, T0 + 7000)]
    assert answer["attempts"][0]["container"]["logStreamName"] == f"s/{T0 + 3000}"


def test_the_attempt_that_runs_is_shown_without_an_end(river: River) -> None:
    """Batch tells of it in the job's own members."""
    attempts = document(river, f"/jobs/{told(river, until=6)}/attempts")["attempts"]

    assert [(each["attempt"], each["startedAt"], each["stoppedAt"]) for each in attempts] == [
        (1, T0 + 3000, T0 + 4000),
        (2, T0 + 6000, None),
    ]


def test_between_two_attempts_none_runs(river: River) -> None:
    """The next one has not begun."""
    assert len(document(river, f"/jobs/{told(river, until=4)}/attempts")["attempts"]) == 1


def test_a_child_has_its_own(river: River) -> None:
    """By its index, under our id."""
    job_id = river.submit(arrayProperties={"size": 2})
    river.settle()
    container = {"logStreamName": "s"}
    river.job_events.send([event("RUNNING", job_id="batch-0:1", name="x", startedAt=T0, container=container)])
    river.settle()
    paths = [f"/jobs/{job_id}/children/1/{each}" for each in ("history", "attempts")]
    history, attempts = (document(river, path) for path in paths)

    assert (history["jobId"], history["batchJobId"]) == (f"{job_id}:1", "batch-0:1")
    assert [step["status"] for step in history["history"]] == ["RUNNING"]
    assert [each["container"]["logStreamName"] for each in attempts["attempts"]] == ["s"]


def test_they_carry_nothing_of_what_was_asked(river: River) -> None:
    """Neither command nor environment."""
    job_id = river.submit(containerOverrides={"environment": [{"name": "SECRET", "value": "hush"}]})
    answers = [document(river, f"/jobs/{job_id}/{each}") for each in ("history", "attempts")]

    assert "hush" not in json.dumps(answers)


def test_another_owner_s_do_not_exist(river: River) -> None:
    """Of a job and of a child."""
    job_id = river.submit()
    paths = [f"/jobs/{job_id}{child}/{each}" for child in ("", "/children/0") for each in ("history", "attempts")]

    assert {404} == {river.request("GET", path, owner="bob")[0] for path in paths}
