"""Tables on terminals of any width."""

import io
from typing import Any

import pytest
from rich.console import Console

from batchplane import Client
from batchplane.cli._tables import jobs_table

JOB_ID = "j0ml38sp8pei7qnmj5p2h7tjsq"


def shown(client: Client, plane: Any, document: dict[str, Any], width: int) -> list[str]:
    """The lines of a list of one job."""
    plane.answer(f"GET /jobs/{JOB_ID}", document)
    out = io.StringIO()
    Console(file=out, width=width).print(jobs_table([client.job(JOB_ID)], now=client.clock.now()))
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize(("width", "columns"), [(140, 8), (100, 7), (80, 6), (50, 3)])
def test_a_narrow_terminal_gets_fewer_columns(
    client: Client, plane: Any, finished: Any, width: int, columns: int
) -> None:
    """What is shown of the job is in one line; only headings may take two."""
    lines = shown(client, plane, finished(0, jobId=JOB_ID), width)
    cells = [each for each in lines[-1].split("  ") if each]

    assert ([JOB_ID, "count", "SUCCEEDED"], columns) == ([each.strip() for each in cells[:3]], len(cells))


def test_a_long_name_is_folded(client: Client, plane: Any, finished: Any) -> None:
    """All of it is shown: names may be 128 characters."""
    lines = shown(client, plane, finished(0, jobId=JOB_ID, jobName="x" * 128), 80)

    assert 128 == sum(line.count("x") for line in lines)
    assert all(len(line) <= 80 for line in lines)


def test_without_a_row_there_are_headings(client: Client) -> None:
    """A table of nothing is no error."""
    out = io.StringIO()
    Console(file=out, width=60).print(jobs_table([], now=client.clock.now()))

    assert "JOB ID" in out.getvalue()
