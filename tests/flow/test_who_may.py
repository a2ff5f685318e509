"""Who may read a job and who may touch it: its owner both, operators both, everybody the first where that is open."""

from dataclasses import replace

import pytest

from controlplane.job import NOBODY
from tests.builders import BATCH_JOB_ID, DEPLOYMENT, event
from tests.flow.river import River

OPERATOR = "operator"
#: What shows a job that has run.
READING = ("", "/wait?status=RUNNING&timeout=0", "/outputs", "/children", "/history", "/attempts")
CHANGING = ("/cancel", "/terminate")


def answers(river: River, owner: str) -> tuple[set[int], set[int]]:
    """The statuses of reading and of touching a job of ada's, asked by somebody."""
    job_id = river.submit()
    river.settle()
    river.run_jobs()
    river.settle()
    reading = (path.partition("?") for path in READING)
    return (
        {river.request("GET", f"/jobs/{job_id}{path}", owner=owner, query=query)[0] for path, _, query in reading},
        {river.request("POST", f"/jobs/{job_id}{path}", {}, owner=owner)[0] for path in CHANGING},
    )


@pytest.mark.parametrize(
    ("owner", "is_open", "expected"),
    [
        ("ada", False, ({200}, {200})),
        ("bob", False, ({404}, {404})),
        ("bob", True, ({200}, {404})),
        (OPERATOR, False, ({200}, {200})),
    ],
)
def test_who_may_read_and_who_may_touch(
    river: River, owner: str, is_open: bool, expected: tuple[set[int], set[int]]
) -> None:
    """What a caller may not do with a job is answered as if there were none."""
    river.plane.deployment = replace(DEPLOYMENT, open_reading=is_open)

    assert expected == answers(river, owner)


def test_batch_is_told_which_operator_ended_a_job(river: River) -> None:
    """Its owner reads in the reason who it was."""
    job_id = river.submit()
    river.settle()
    river.request("POST", f"/jobs/{job_id}/terminate", {"reason": "in the way"}, owner=OPERATOR)

    assert ["Terminated by operator: in the way"] == river.batch.reasons


def owners_listed(river: River, owner: str, query: str) -> tuple[int, set[str]]:
    """Of a list that somebody asks for, the status and whose jobs are on it."""
    status, answer = river.request("GET", "/jobs", owner=owner, query=query)
    return status, {job["owner"] for job in answer.get("jobs", ())}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", set()),
        ("owner=ada", {"ada"}),
        ("owner=%2A", {"ada", "bob", NOBODY}),
        ("owner=%2A&jobQueue=default", {"ada", "bob", NOBODY}),
        ("owner=-", {NOBODY}),
        ("owner=ada&namePrefix=other", set()),
    ],
)
def test_operators_list_the_jobs_of_whom_they_name(river: River, query: str, expected: set[str]) -> None:
    """Everybody's too, and those that nobody submitted through the plane; their own unless they name somebody."""
    asked(river)

    assert (200, expected) == owners_listed(river, OPERATOR, query)


@pytest.mark.parametrize("query", ["owner=ada", "owner=%2A", "owner=-", "owner=no-such"])
def test_others_list_their_own_alone(river: River, query: str) -> None:
    """The refusal is the same whoever is named, and says who may."""
    asked(river)
    status, problem = river.request("GET", "/jobs", owner="bob", query=query)

    assert (403, True) == (status, "Only operators may do this, and 'bob' is none." in problem["detail"])
    assert (200, {"bob"}) == owners_listed(river, "bob", "owner=bob")


def test_where_reading_is_open_everybody_lists_everything(river: River) -> None:
    """As operators do."""
    river.plane.deployment = replace(DEPLOYMENT, open_reading=True)
    asked(river)

    assert (200, {"ada", "bob", NOBODY}) == owners_listed(river, "bob", "owner=%2A")


def asked(river: River) -> str:
    """A job of ada's, one of bob's, and an array of nobody's; Batch's id of that."""
    river.submit()
    river.request("POST", "/jobs", {"jobName": "bobs", "command": ["true"]}, owner="bob")
    array = {"arrayProperties": {"size": 2, "statusSummary": {"RUNNING": 1}}}
    river.job_events.send(
        [event("PENDING", **array), event("RUNNING", job_id=f"{BATCH_JOB_ID}:1", arrayProperties={"index": 1})]
    )
    river.settle()
    return BATCH_JOB_ID


def test_a_job_of_nobody_is_shown_to_operators_under_batchs_id(river: River) -> None:
    """With its children; it has no outputs, and what was asked is not known."""
    path = f"/jobs/{asked(river)}"
    shown = [river.request("GET", f"{path}{each}", owner=OPERATOR) for each in ("", "/children/1", "/outputs")]
    (_, job), (_, child), (_, outputs) = shown
    _, children = river.request("GET", f"{path}/children", owner=OPERATOR)

    assert ([200] * 3, {"outputs": [], "cursor": None}) == ([status for status, _ in shown], outputs)
    assert (BATCH_JOB_ID, BATCH_JOB_ID, NOBODY, "theirs", 2) == (
        *(job[name] for name in ("jobId", "batchJobId", "owner", "jobName")),
        job["arrayProperties"]["size"],
    )
    assert (f"{BATCH_JOB_ID}:1", [child]) == (child["jobId"], children["jobs"])


@pytest.mark.parametrize(
    "path", ["", "/children", "/children/1", "/outputs", "/log", "/wait?status=PENDING", "/history", "/attempts"]
)
def test_a_job_of_nobody_exists_for_operators_alone(river: River, path: str) -> None:
    """Batch's ids can be guessed at no more than ours, but be overheard."""
    path, _, query = f"/jobs/{asked(river)}{path}".partition("?")

    assert 404 == river.request("GET", path, owner="ada", query=query)[0]


def test_a_job_of_nobody_is_ended_by_operators(river: River) -> None:
    """Batch alone knows of it, so Batch is asked."""
    path = f"/jobs/{asked(river)}/terminate"
    statuses = [river.request("POST", path, {}, owner=owner)[0] for owner in ("ada", OPERATOR)]

    assert ([404, 200], [BATCH_JOB_ID]) == (statuses, river.batch.terminated)


def test_a_job_of_nobody_does_not_run_again(river: River) -> None:
    """The plane doesn't know what it asked for, and says so."""
    status, problem = river.request("POST", f"/jobs/{asked(river)}/rerun", {}, owner=OPERATOR)

    assert (409, "urn:batchplane:problem:NotSubmittedHere") == (status, problem["type"])


@pytest.mark.parametrize(
    ("owner", "is_open", "is_operator", "reads_every_job"),
    [("ada", False, False, False), ("ada", True, False, True), (OPERATOR, False, True, True)],
)
def test_callers_are_told_who_they_are(
    river: River, owner: str, is_open: bool, is_operator: bool, reads_every_job: bool
) -> None:
    """As the authorizer and the deployment say."""
    river.plane.deployment = replace(DEPLOYMENT, open_reading=is_open)

    assert (200, {"owner": owner, "isOperator": is_operator, "readsEveryJob": reads_every_job}) == river.request(
        "GET", "/whoami", owner=owner
    )


def test_the_environment_is_told_to_everybody_who_is_let_in(river: River) -> None:
    """And to nobody else."""
    status, document = river.request("GET", "/environment", owner="bob")

    assert (200, "test", 401) == (status, document["name"], river.request("GET", "/environment", owner=None)[0])


def test_a_job_of_nobody_is_not_deleted(river: River) -> None:
    """AWS Batch would tell of it again."""
    status, problem = river.request("DELETE", f"/jobs/{asked(river)}", owner=OPERATOR)

    assert (409, "urn:batchplane:problem:NotSubmittedHere") == (status, problem["type"])


CLAIM = {"groups": "[staff batch-admins]"}


@pytest.mark.parametrize(
    ("owner", "claims", "expected"),
    [
        ("bob", {}, ("FAILED", 404)),
        ("bob", {"groups": "staff"}, ("FAILED", 404)),
        ("bob", CLAIM, ("SUBMITTED", 409)),
        (OPERATOR, {}, ("SUBMITTED", 409)),
    ],
)
@pytest.mark.parametrize("is_nobodys", [True, False])
def test_who_may_wait_for_anothers_job_and_delete_it(
    river: River, owner: str, claims: dict[str, str], expected: tuple[str, int], is_nobodys: bool
) -> None:
    """Operators, whether by name or by a claim, which is not there to look at any more when the job is handed on."""
    river.plane.deployment = replace(DEPLOYMENT, operator_claim=("groups", "batch-admins"))
    batch_job_id = asked(river)
    job_id = batch_job_id if is_nobodys else river.submit(jobName="awaited")
    river.settle()
    body = {"jobName": "after", "command": ["true"], "dependsOn": [{"jobId": job_id}]}
    _, after = river.request("POST", "/jobs", body, owner=owner, claims=claims)
    river.settle()
    deleting, _ = river.request("DELETE", f"/jobs/{job_id}", owner=owner, claims=claims)

    assert expected == (river.record(after["jobId"]).status, deleting)


def test_what_is_submitted_by_one_request_for_many_is_an_operators_too(river: River) -> None:
    """Each of them may wait for a job of nobody."""
    job = {"jobName": "after", "command": ["true"], "dependsOn": [{"jobId": asked(river)}]}
    _, answer = river.request("POST", "/jobs/bulk", {"submissions": [{"job": job}]}, owner=OPERATOR)
    river.settle()

    assert "SUBMITTED" == river.record(answer["submissions"][0]["job"]["jobId"]).status


def test_an_operator_deletes_another_owners_job(river: River) -> None:
    """Nobody else does."""
    job_id = river.submit()
    river.settle()
    river.run_jobs()
    river.settle()

    assert [404, 200, 404] == [
        river.request("DELETE", f"/jobs/{job_id}", owner=owner)[0] for owner in ("bob", OPERATOR, "ada")
    ]
