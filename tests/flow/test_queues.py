"""`GET /queues`, and a job's place in line: from the record, and from Batch every few seconds at most."""

import json
from typing import Any

from controlplane.batch.recent import GOOD_FOR
from tests.builders import QUEUE, T0, event
from tests.flow.river import River
from tests.flow.scripted_batch import Answered


def ask(river: River, path: str, *, owner: str = "ada", status: int = 200) -> dict[str, Any]:
    """What somebody is answered."""
    code, document = river.request("GET", path, owner=owner)
    assert code == status, document
    return dict(document)


def waiting(river: River, owner: str = "ada", **document: Any) -> str:
    """A job that waits in line, behind all others; our id of it."""
    body = {"jobName": "sleeper", "containerOverrides": {"command": ["true"]}} | document
    job_id = str(river.request("POST", "/jobs", body, owner=owner)[1]["jobId"])
    river.settle()
    batch_job_id = list(river.batch.jobs)[-1]
    size = document.get("arrayProperties", {}).get("size")
    names = [f"{batch_job_id}:{index}" for index in range(size)] if size else [batch_job_id]
    river.batch.line += names
    name = river.batch.jobs[batch_job_id]["jobName"]
    river.job_events.send([event("PENDING" if size else "RUNNABLE", job_id=batch_job_id, name=name)])
    river.settle()
    return job_id


def test_queues_are_listed_with_their_load(river: River) -> None:
    """State and priority as Batch says them, jobs by status as the record knows them, whoever's they are."""
    waiting(river)
    waiting(river, owner="bob")
    river.submit(jobName="new")
    answer = ask(river, "/queues")

    assert answer == {
        "queues": [
            {
                "name": "default",
                "jobQueueArn": QUEUE,
                "state": "ENABLED",
                "status": "VALID",
                "statusReason": "JobQueue Healthy",
                "priority": 1,
                "computeEnvironments": ["test"],
                "fairShare": False,
                "jobs": {"SUBMITTED": 1, "RUNNABLE": 2},
            }
        ],
        "moreJobs": False,
    }


def test_an_array_that_is_over_is_no_load(river: River) -> None:
    """Though the sweep still looks at its children."""
    waiting(river, arrayProperties={"size": 2})
    name = river.batch.jobs["batch-0"]["jobName"]
    river.job_events.send([event("SUCCEEDED", job_id="batch-0", name=name, arrayProperties={"size": 2})])
    river.settle()

    assert river.records.list_open(limit=10).records
    assert ask(river, "/queues")["queues"][0]["jobs"] == {}


def test_what_has_ended_is_no_load(river: River) -> None:
    """It is not open any more."""
    river.submit()
    river.settle()
    river.run_jobs()
    river.settle()

    assert ask(river, "/queues")["queues"][0]["jobs"] == {}


def test_a_line_names_one_s_own_jobs_and_counts_the_others(river: River) -> None:
    """Nothing of another owner's job is told but that it is there."""
    theirs = waiting(river, owner="bob")
    mine = waiting(river)
    answer = ask(river, "/queues/default")

    assert (answer["inLine"], answer["moreInLine"], answer["capacityUsage"]) == (2, False, {"VCPU": 4.0})
    assert answer["line"] == [{"position": 2, "jobId": mine, "since": T0}]
    assert not {theirs, "bob", "batch-0"} & set(json.dumps(answer).replace('"', " ").split())


def test_an_operator_is_told_whose_place_is_whose(river: River) -> None:
    """They may read every job."""
    jobs = [waiting(river, owner="bob"), waiting(river)]

    assert [each["jobId"] for each in ask(river, "/queues/default", owner="operator")["line"]] == jobs


def test_a_job_has_a_place_in_line(river: River) -> None:
    """Counted from 1, with how many there are."""
    waiting(river, owner="bob")
    answer = ask(river, f"/jobs/{waiting(river)}/place")

    assert (answer["position"], answer["inLine"], answer["since"]) == (2, 2, T0)
    assert (answer["jobQueue"], answer["detail"]) == ("default", "1 before it.")


def test_an_array_stands_where_its_first_child_does(river: River) -> None:
    """And a child where it does itself."""
    waiting(river)
    array = waiting(river, jobName="array", arrayProperties={"size": 3})
    river.job_events.send([event("RUNNABLE", job_id="batch-1:2", name="x", arrayProperties={"index": 2})])
    river.settle()
    paths = (f"/jobs/{array}/place", f"/jobs/{array}/children/2/place")

    assert [ask(river, path)["position"] for path in paths] == [2, 4]
    assert [each["jobId"] for each in ask(river, "/queues/default")["line"]][1:] == [f"{array}:{n}" for n in range(3)]


def test_what_does_not_wait_stands_in_no_line(river: River) -> None:
    """Batch is not asked."""
    job_id = river.submit()
    river.settle()
    answer = ask(river, f"/jobs/{job_id}/place")

    assert (answer["position"], answer["inLine"], river.batch.calls) == (None, None, [])
    assert answer["detail"] == "It is SUBMITTED: only what is RUNNABLE stands in line."


def test_a_place_behind_the_first_hundred_is_not_known(river: River) -> None:
    """Batch shows no more."""
    job_id = waiting(river)
    river.batch.line = [f"other-{number}" for number in range(100)]
    answer = ask(river, f"/jobs/{job_id}/place")

    assert (answer["position"], answer["inLine"], answer["moreInLine"]) == (None, 100, True)


def test_batch_is_asked_every_few_seconds_at_most(river: River) -> None:
    """However many people ask."""
    job_id = waiting(river)
    paths = ["/queues", "/queues/default", f"/jobs/{job_id}/place"]
    for _ in range(20):
        for path in paths:
            ask(river, path)
    before = list(river.batch.calls)
    river.now += GOOD_FOR
    for path in paths:
        ask(river, path)

    assert (before, river.batch.calls) == (["DescribeJobQueues", "GetJobQueueSnapshot"], before * 2)


def test_a_throttled_look_is_not_repeated_at_once(river: River) -> None:
    """Those who ask meanwhile are told to come again; a little later it is made again."""
    job_id = waiting(river)
    river.batch.refused_snapshots.append(Answered("TooManyRequestsException", 429))
    for _ in range(3):
        ask(river, f"/jobs/{job_id}/place", status=503)
    calls = list(river.batch.calls)
    river.now += GOOD_FOR

    assert (calls, ask(river, f"/jobs/{job_id}/place")["position"]) == (["GetJobQueueSnapshot"], 1)


def test_a_queue_that_the_deployment_does_not_have_is_not_there(river: River) -> None:
    """The answer says which there are."""
    assert "there is default" in ask(river, "/queues/other", status=404)["detail"]


def test_another_owner_s_job_has_no_place(river: River) -> None:
    """It does not exist."""
    job_id = waiting(river)
    for path in (f"/jobs/{job_id}/place", f"/jobs/{job_id}/children/0/place"):
        ask(river, path, owner="bob", status=404)
