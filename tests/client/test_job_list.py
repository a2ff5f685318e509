"""`Client.jobs` and `batchplane list`: what is asked of the plane for what a person wants to see."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer
from typer.testing import Result

from batchplane import Client
from batchplane.cli._moment import moment
from tests.client.conftest import BEGINNING, BEGINNING_MS

Run = Callable[..., Result]
NOTHING: dict[str, Any] = {"jobs": [], "cursor": None}


def test_every_filter_goes_into_the_query(client: Client, plane: Any) -> None:
    """What may be several is repeated; times are epoch milliseconds."""
    plane.answer("GET /jobs", NOTHING)

    found = client.jobs(
        "gpu",
        owner="user/bob",
        status=["FAILED", "RUNNING"],
        type=["Array"],
        name_prefix="train",
        tags={"team": "a,b"},
        created_from=BEGINNING,
        created_before=BEGINNING + timedelta(seconds=1),
    )

    assert ([], 1) == (list(found), len(plane.asked()))
    assert plane.asked() == [
        "GET /jobs?jobQueue=gpu&owner=user%2Fbob&status=FAILED&status=RUNNING&type=Array&namePrefix=train"
        f"&tag=team%3Da%2Cb&createdFrom={BEGINNING_MS}&createdBefore={BEGINNING_MS + 1000}&limit=100"
    ]


def test_list_asks_for_what_its_options_say(plane: Any, run: Run) -> None:
    """Statuses and types in any case, ages counted back from now."""
    plane.answer("GET /jobs", NOTHING)

    filters = "--status failed --type single --type MULTInode --type Big --name x --tag a=b --since 2h --until 1h"
    result = run("list", *filters.split())

    hour = 3_600_000
    assert (0, "There are no such jobs.") == (result.exit_code, result.stderr.strip())
    assert plane.asked() == [
        "GET /jobs?status=FAILED&type=Single&type=MultiNode&type=Big&namePrefix=x&tag=a%3Db"
        f"&createdFrom={BEGINNING_MS - 2 * hour}&createdBefore={BEGINNING_MS - hour}&limit=50"
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, None),
        ("90m", BEGINNING - timedelta(minutes=90)),
        ("1w", BEGINNING - timedelta(weeks=1)),
        ("2026-02-03T04:05+00:00", datetime(2026, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-02-03", datetime(2026, 2, 3).astimezone()),  # noqa: DTZ001 - a person names no zone
    ],
)
def test_a_moment_is_read_as_a_person_types_it(given: str | None, expected: datetime | None) -> None:
    """An age, or a date with or without a time."""
    assert expected == moment(given, "--since", now=BEGINNING)


@pytest.mark.parametrize("given", ["", "soon", "-1h", "999999w", "2h30m", "0001-01-01"])
def test_what_is_no_moment_is_refused(given: str) -> None:
    """With the option, the bound and what was given; also where no calendar reaches so far."""
    with pytest.raises(typer.BadParameter, match=f"--since must be .*it is '{given}'"):
        moment(given, "--since", now=BEGINNING)


def test_a_tag_of_two_values_is_refused(run: Run) -> None:
    """No job has both; one of them would be dropped unsaid."""
    result = run("list", "--tag", "team=a", "--tag", "team=b")

    assert (2, True) == (result.exit_code, "--tag names team twice" in result.stderr)


@pytest.mark.parametrize(("options", "query"), [(["--owner", "bob"], "owner=bob&"), (["--everyone"], "owner=%2A&")])
def test_operators_name_whose_jobs_they_mean(plane: Any, run: Run, options: list[str], query: str) -> None:
    """One owner's, or everybody's."""
    plane.answer("GET /jobs", NOTHING)
    result = run("list", *options)

    assert (0, [f"GET /jobs?{query}limit=50"]) == (result.exit_code, plane.asked())


def test_everybodys_jobs_are_shown_with_their_owners(plane: Any, run: Run, job_document: Any) -> None:
    """In a column of their own."""
    plane.answer("GET /jobs", {"jobs": [job_document(), job_document("j2", owner="user/bob")], "cursor": None})
    heading, *rows = (line.split()[:2] for line in run("list", "--everyone").stdout.splitlines())

    assert (["JOB", "ID"], [["j1", "ada"], ["j2", "user/bob"]]) == (heading, rows)


def test_one_owner_and_everybody_are_not_both(run: Run, plane: Any) -> None:
    """One of them was not meant."""
    assert (2, []) == (run("list", "--everyone", "--owner", "bob").exit_code, plane.asked())
