"""Who may read a job and who may touch it: its owner both, operators both, everybody the first where that is open."""

from dataclasses import replace

import pytest

from tests.builders import DEPLOYMENT
from tests.flow.river import River

OPERATOR = "operator"
#: What shows a job that has run.
READING = ("", "/wait?status=RUNNING&timeout=0", "/outputs", "/children")
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
