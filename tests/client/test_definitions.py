"""Job definitions: of the client, and as `batchplane definitions` shows them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from batchplane import AnswerMalformed, Client

Run = Callable[..., Result]
DEFINITION = {
    "name": "runner",
    "revision": 3,
    "jobDefinitionArn": "arn:aws:batch:eu-west-1:111122223333:job-definition/test-runner:3",
    "type": "container",
    "status": "ACTIVE",
    "image": "an/image:1",
    "command": ["work", "Ref::hard"],
    "vcpus": 1,
    "memory": 2048,
    "gpus": 0,
    "runner": True,
    "parameters": {"hard": "yes"},
    "attempts": 3,
    "attemptDurationSeconds": 60,
    "numNodes": None,
}


def test_definitions_are_listed(plane: Any, client: Client) -> None:
    """With what a job gets that says nothing else."""
    plane.answer("GET /definitions", {"definitions": [DEFINITION]})
    (told,) = client.definitions()

    assert (told.name, told.revision, told.memory, told.attempt_duration_seconds) == ("runner", 3, 2048, 60)
    assert (told.command, told.parameters, told.runner) == (("work", "Ref::hard"), {"hard": "yes"}, True)


def test_an_answer_that_is_no_definition_is_named_so(plane: Any, client: Client) -> None:
    """A client of another version says what is wrong."""
    plane.answer("GET /definitions", {"definitions": [{"name": "runner"}]})

    with pytest.raises(AnswerMalformed):
        client.definitions()


def test_definitions_shows_a_row_for_each(plane: Any, run: Run) -> None:
    """Which revision, what it reserves, and what it runs."""
    plane.answer("GET /definitions", {"definitions": [DEFINITION]})
    rows = [" ".join(line.split()) for line in run("definitions").stdout.splitlines()[1:]]

    assert rows == ["runner:3 ACTIVE yes 1 2048 MiB 0 3 an/image:1 work Ref::hard hard=yes"]
    assert json.loads(run("definitions", "--json").stdout) == {"definitions": [DEFINITION]}
