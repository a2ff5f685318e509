"""Ending jobs by selection: what is sent page by page, and that the command line asks first."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from batchplane import (
    AnswerMalformed,
    ArgumentInvalid,
    Client,
    JobNotFound,
    PlaneUnavailable,
    SelectedJob,
)
from batchplane.cli import app
from batchplane.cli._terminal import Terminal
from tests.client.conftest import BEGINNING, BEGINNING_MS

Run = Callable[..., Result]
WORDS = ("cancel", "terminate")


def page(*entries: dict[str, Any], cursor: str | None = None) -> dict[str, Any]:
    """What the plane answers."""
    jobs = [{"jobId": each["job"]["jobId"]} | each for each in entries]
    return {"dryRun": True, "createdBefore": BEGINNING_MS + 1, "jobs": jobs, "cursor": cursor}


@dataclass(frozen=True, kw_only=True)
class Asking(Terminal):
    """A terminal at which somebody sits."""

    answer: bool
    questions: list[str] = field(default_factory=list)

    def agrees(self, question: str) -> bool | None:
        """Answer."""
        self.questions.append(question)
        return self.answer


@pytest.mark.parametrize("word", WORDS)
def test_a_selection_is_walked_to_its_end(client: Client, plane: Any, job_document: Any, word: str) -> None:
    """Each page goes on where the last ended, with the same moment; all that was asked for is asked on each."""
    plane.answer(f"POST /jobs/{word}", page({"job": job_document("j1")}, cursor="c"), page({"job": job_document("j2")}))
    end = client.cancel_jobs if word == "cancel" else client.terminate_jobs

    found = end("q", tags={"team": "x"}, created_from=BEGINNING, status=["RUNNING"], name_prefix="n", reason="enough")

    first = {"jobQueue": "q", "tags": {"team": "x"}, "createdFrom": BEGINNING_MS, "status": ["RUNNING"]}
    first |= {"namePrefix": "n", "all": False, "dryRun": True, "reason": "enough"}
    assert [first, first | {"cursor": "c", "createdBefore": BEGINNING_MS + 1}] == [plane.sent(0), plane.sent(1)]
    assert ["j1", "j2"] == [each.job.job_id for each in found.jobs]
    assert BEGINNING + timedelta(milliseconds=1) == found.created_before


def test_what_came_of_each_is_told(client: Client, plane: Any, job_document: Any) -> None:
    """What Batch was asked, or why it could not be."""
    problem = {"title": "No such job", "status": 404, "detail": "There is no job j2."}
    done = {"cameTo": "asked", "asked": "CancelJob", "detail": "asked", "job": job_document("j1")}
    plane.answer("POST /jobs/cancel", page(done, {"job": job_document("j2"), "problem": problem}))
    told: list[str] = []

    found = client.cancel_jobs(everything=True, dry_run=False, progress=lambda each: told.append(each.job_id))
    one, other = found.jobs

    assert ("CancelJob", "asked", None, None) == (one.asked, one.detail, one.error, other.asked)
    assert (JobNotFound, ["j1", "j2"], {"asked": 1}) == (type(other.error), told, found.counts)
    assert (True, False) == (plane.sent()["all"], plane.sent()["dryRun"])


@pytest.mark.parametrize("word", WORDS)
def test_with_yes_what_was_named_is_ended(plane: Any, run: Run, job_document: Any, word: str) -> None:
    """And nothing else, whatever is selected by now: they are named by their ids."""
    done = {"asked": "CancelJob", "detail": "It was asked.", "job": job_document("j1")}
    plane.answer(f"POST /jobs/{word}", page({"job": job_document("j1")}), page(done))

    result = run(word, "--tag", "team=x", "--yes", "--reason", "r")

    assert (0, "j1: It was asked.\n") == (result.exit_code, result.stdout)
    assert {"jobIds": ["j1"], "dryRun": False, "reason": "r"} == plane.sent(1)


def test_older_than_is_a_moment(plane: Any, run: Run) -> None:
    """Two days ago, by this machine's clock."""
    plane.answer("POST /jobs/cancel", page())

    result = run("cancel", "--older-than", "2d", "--yes")

    assert (0, "There are no such jobs that are not over.\n") == (result.exit_code, result.stderr)
    assert BEGINNING_MS - 2 * 86_400_000 == plane.sent()["createdBefore"]


@pytest.mark.parametrize(("answer", "exit_code", "requests"), [(True, 0, 2), (False, 1, 1)])
def test_at_a_terminal_somebody_is_asked(
    client: Client, plane: Any, job_document: Any, answer: bool, exit_code: int, requests: int
) -> None:
    """After the jobs were shown; a no ends none."""
    done = {"asked": None, "detail": "It was over.", "job": job_document("j1")}
    plane.answer("POST /jobs/cancel", page({"job": job_document("j1")}), page(done))
    terminal = Asking(connect=lambda: client, answer=answer)

    result = CliRunner().invoke(app, ["cancel", "--all"], obj=terminal)

    assert (exit_code, requests) == (result.exit_code, len(plane.requests))
    assert (["Cancel 1 job?"], True) == (terminal.questions, "JOB ID" in result.stdout)


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_where_nobody_can_be_asked_nothing_ends(plane: Any, run: Run, job_document: Any, more: list[str]) -> None:
    """A script says --yes."""
    plane.answer("POST /jobs/cancel", page({"job": job_document("j1")}))

    result = run("cancel", "--all", *more)

    assert (2, 1, True) == (result.exit_code, len(plane.requests), "--yes" in result.stderr)


def test_a_dry_run_is_shown_and_no_more(plane: Any, run: Run, job_document: Any) -> None:
    """As a table, or as a document."""
    plane.answer("POST /jobs/cancel", page({"job": job_document("j1")}))

    shown = run("cancel", "--name", "n", "--dry-run", "--yes").stdout
    document = json.loads(run("cancel", "--name", "n", "--dry-run", "--json").stdout)

    assert ("j1" in shown, {"dryRun": True, "jobs": [job_document("j1")]}) == (True, document)
    assert [True, True] == [plane.sent(at)["dryRun"] for at in range(len(plane.requests))]


def test_where_nothing_is_selected_the_document_is_that_of_the_deed(plane: Any, run: Run) -> None:
    """With --yes it was no dry run, and nothing ended."""
    plane.answer("POST /jobs/cancel", page())

    document = json.loads(run("cancel", "--name", "n", "--yes", "--json").stdout)

    nothing = {"asked": 0, "withdrawn": 0, "over": 0, "refused": 0}
    assert {"dryRun": False, "ended": [], "counts": nothing} == document


def test_one_that_could_not_be_asked_is_told_of(plane: Any, run: Run, job_document: Any) -> None:
    """And the exit code says so; the document has what came of each."""
    problem = {"title": "AWS Batch refused", "status": 422, "detail": "It is a node."}
    dry, wet = page({"job": job_document("j1")}), page({"job": job_document("j1"), "problem": problem})
    plane.answer("POST /jobs/cancel", dry, wet, dry, wet)

    result = run("cancel", "--all", "--yes")
    document = json.loads(run("cancel", "--all", "--yes", "--json").stdout)

    assert (2, "j1: It is a node.\n1 of 1 job could not be asked: run this again.\n") == (
        result.exit_code,
        result.stderr,
    )
    assert [("j1", "It is a node.")] == [(each["jobId"], each["problem"]) for each in document["ended"]]
    assert {"asked": 0, "withdrawn": 0, "over": 0, "refused": 0} == document["counts"]


LATE = {"title": "Not yet", "status": 503, "detail": "is being submitted"}


@pytest.mark.parametrize("by_ids", [True, False])
def test_what_is_told_not_now_is_asked_again(client: Client, plane: Any, job_document: Any, by_ids: bool) -> None:
    """It alone, by its id, after a pause; it is told of once, and keeps its place."""
    late, done = {"job": job_document("j1"), "problem": LATE}, {"job": job_document("j2"), "cameTo": "asked"}
    plane.answer("POST /jobs/cancel", page(late, done), page(late), page({"job": job_document("j1"), "cameTo": "over"}))
    told: list[str] = []

    selected: Any = {"job_ids": ["j1", "j2"]} if by_ids else {"everything": True}
    found = client.cancel_jobs(**selected, dry_run=False, progress=lambda each: told.append(each.job_id))

    assert (["j2", "j1"], ["j1", "j2"]) == (told, [each.job_id for each in found.jobs])
    assert ([["j1"], ["j1"]], 2) == ([plane.sent(at)["jobIds"] for at in (1, 2)], len(plane.time.slept))


def test_asking_again_comes_to_an_end(client: Client, plane: Any, job_document: Any) -> None:
    """Then it is told of as what it is."""
    plane.answer("POST /jobs/cancel", *[page({"job": job_document("j1"), "problem": LATE})] * 5)
    told: list[SelectedJob] = []

    (left,) = client.cancel_jobs(everything=True, dry_run=False, progress=told.append).jobs

    assert (PlaneUnavailable, [left], 5) == (type(left.error), told, len(plane.requests))


def test_ids_are_sent_a_hundred_at_a_time(client: Client, plane: Any, job_document: Any) -> None:
    """And those that a page had no time for with the next ones."""
    ids = [f"j{number}" for number in range(150)]
    done = [{"job": job_document(each), "cameTo": "asked"} for each in ids]
    plane.answer("POST /jobs/terminate", page(*done[:50], cursor="j50"), page(*done[50:]))

    found = client.terminate_jobs(job_ids=ids, dry_run=False)

    assert (ids[:100], ids[50:]) == (plane.sent(0)["jobIds"], plane.sent(1)["jobIds"])
    assert {"asked": 150} == found.counts


def test_a_page_that_goes_back_is_an_error(client: Client, plane: Any, job_document: Any) -> None:
    """A walk must not turn in a circle."""
    plane.answer("POST /jobs/cancel", page({"job": job_document("j1")}, cursor="j1"))

    with pytest.raises(AnswerMalformed):
        client.cancel_jobs(job_ids=["j1", "j2"], dry_run=False)


def test_ids_go_with_no_selection(client: Client, plane: Any) -> None:
    """One or the other."""
    with pytest.raises(ArgumentInvalid):
        client.cancel_jobs(job_ids=["j1"], name_prefix="n")

    assert [] == plane.requests


def test_what_came_of_many_is_counted(plane: Any, run: Run, job_document: Any) -> None:
    """In one line, beside what came of each."""
    one, two = {"job": job_document("j1")}, {"job": job_document("j2")}
    came_to = page(one | {"cameTo": "asked", "detail": "Asked."}, two | {"cameTo": "over", "detail": "Over."})
    plane.answer("POST /jobs/cancel", page(one, two), came_to)

    result = run("cancel", "--all", "--yes")

    assert ("j1: Asked.\nj2: Over.\n", "2 jobs: 1 asked to end, 1 over already.\n") == (result.stdout, result.stderr)


@pytest.mark.parametrize("argv", [[], ["j1", "--all"], ["--yes"], ["j1", "--dry-run"]])
def test_jobs_are_named_or_selected(argv: list[str], plane: Any, run: Run) -> None:
    """One or the other."""
    result = run("cancel", *argv)

    assert (2, []) == (result.exit_code, plane.requests)
