"""Ending jobs by selection: what is sent page by page, and that the command line asks first."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from batchplane import Client, PlaneUnavailable
from batchplane.cli import app
from batchplane.cli._terminal import Terminal
from tests.client.conftest import BEGINNING, BEGINNING_MS

Run = Callable[..., Result]
WORDS = ("cancel", "terminate")


def page(*entries: dict[str, Any], cursor: str | None = None) -> dict[str, Any]:
    """What the plane answers."""
    return {"dryRun": True, "createdBefore": BEGINNING_MS + 1, "jobs": list(entries), "cursor": cursor}


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
    problem = {"title": "Not yet", "status": 503, "detail": "is being submitted"}
    done = {"asked": "CancelJob", "detail": "asked", "job": job_document("j1")}
    plane.answer("POST /jobs/cancel", page(done, {"job": job_document("j2"), "problem": problem}))
    told: list[str] = []

    one, other = client.cancel_jobs(
        everything=True, dry_run=False, progress=lambda each: told.append(each.job.job_id)
    ).jobs

    assert ("CancelJob", "asked", None, None) == (one.asked, one.detail, one.error, other.asked)
    assert (PlaneUnavailable, ["j1", "j2"]) == (type(other.error), told)
    assert (True, False) == (plane.sent()["all"], plane.sent()["dryRun"])


@pytest.mark.parametrize("word", WORDS)
def test_with_yes_what_was_named_is_ended(plane: Any, run: Run, job_document: Any, word: str) -> None:
    """And nothing that came later: the moment of the dry run bounds it."""
    done = {"asked": "CancelJob", "detail": "It was asked.", "job": job_document("j1")}
    plane.answer(f"POST /jobs/{word}", page({"job": job_document("j1")}), page(done))

    result = run(word, "--tag", "team=x", "--yes", "--reason", "r")

    assert (0, "j1: It was asked.\n") == (result.exit_code, result.stdout)
    dry, wet = plane.sent(0), plane.sent(1)
    assert dry | {"dryRun": False, "createdBefore": BEGINNING_MS + 1} == wet


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


def test_one_that_could_not_be_asked_is_told_of(plane: Any, run: Run, job_document: Any) -> None:
    """And the exit code says so; the document has what came of each."""
    problem = {"title": "Not yet", "status": 503, "detail": "is being submitted"}
    dry, wet = page({"job": job_document("j1")}), page({"job": job_document("j1"), "problem": problem})
    plane.answer("POST /jobs/cancel", dry, wet, dry, wet)

    result = run("cancel", "--all", "--yes")
    document = json.loads(run("cancel", "--all", "--yes", "--json").stdout)

    assert (5, "j1: is being submitted\n1 of 1 job could not be asked: run this again.\n") == (
        result.exit_code,
        result.stderr,
    )
    assert [{"problem": "is being submitted", "job": job_document("j1")}] == document["ended"]


@pytest.mark.parametrize("argv", [[], ["j1", "--all"], ["--yes"], ["j1", "--dry-run"]])
def test_jobs_are_named_or_selected(argv: list[str], plane: Any, run: Run) -> None:
    """One or the other."""
    result = run("cancel", *argv)

    assert (2, []) == (result.exit_code, plane.requests)
