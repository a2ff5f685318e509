"""`GET /definitions`: what the deployment allows, member by member."""

import json

from controlplane.batch.recent import GOOD_FOR
from tests.builders import RUNNER_DOCUMENT
from tests.flow.river import River


def test_definitions_are_told_with_what_a_job_gets(river: River) -> None:
    """The default first, with the revision that is pinned at acceptance."""
    status, answer = river.request("GET", "/definitions")

    assert (status, [each["name"] for each in answer["definitions"]]) == (200, ["runner", "plain"])
    assert RUNNER_DOCUMENT == answer["definitions"][0]


def test_one_that_batch_has_forgotten_is_told_so(river: River) -> None:
    """The deployment still names it; Batch knows no image of it."""
    forgotten = river.request("GET", "/definitions")[1]["definitions"][1]

    assert (forgotten["status"], forgotten["image"], forgotten["command"]) == (None, None, [])


def test_neither_environment_nor_roles_are_told(river: River) -> None:
    """Batch answers them in plain text."""
    assert "hush" not in json.dumps(river.request("GET", "/definitions")[1])


def test_batch_is_asked_every_few_seconds_at_most(river: River) -> None:
    """However many people ask."""
    for _ in range(3):
        river.request("GET", "/definitions")
    before = list(river.batch.calls)
    river.now += GOOD_FOR
    river.request("GET", "/definitions")

    assert (before, river.batch.calls) == (["DescribeJobDefinitions"], ["DescribeJobDefinitions"] * 2)
