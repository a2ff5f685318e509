"""Job definitions: of the client, and as `batchplane definitions` shows them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from batchplane import AnswerMalformed, Client, DefinitionNotFound
from tests.builders import RUNNER_DOCUMENT

Run = Callable[..., Result]
DEFINITION = RUNNER_DOCUMENT | {"registeredBy": "ada", "registeredAt": 1_772_366_400_000}
DOCUMENT = {"jobDefinitionName": "aligner", "containerProperties": {"image": "ghcr.io/lab/aligner:2"}}
DEREGISTERED = {"name": "aligner", "deregistered": ["arn:1"], "waitedFor": ["arn:2"]}


def test_definitions_are_listed(plane: Any, client: Client) -> None:
    """With what a job gets that says nothing else."""
    plane.answer("GET /definitions", {"definitions": [DEFINITION]})
    (told,) = client.definitions()

    assert (told.name, told.revision, told.memory, told.attempt_duration_seconds) == ("runner", 3, 2048, 60)
    assert (told.command, told.parameters, told.runner) == (("work", "Ref::hard"), {"hard": "yes"}, True)
    assert told.registered_by == "ada"


def test_an_answer_that_is_no_definition_is_named_so(plane: Any, client: Client) -> None:
    """A client of another version says what is wrong."""
    plane.answer("GET /definitions", {"definitions": [{"name": "runner"}]})

    with pytest.raises(AnswerMalformed):
        client.definitions()


def test_definitions_shows_a_row_for_each(plane: Any, run: Run) -> None:
    """Which revision, what it reserves, and what it runs."""
    plane.answer("GET /definitions", {"definitions": [DEFINITION]})
    rows = [" ".join(line.split()) for line in run("definitions").stdout.splitlines()[1:]]

    assert rows == ["runner:3 ACTIVE yes 1 2048 MiB 0 3 an/image:1 work Ref::hard hard=yes ada"]
    assert json.loads(run("definitions", "--json").stdout) == {"definitions": [DEFINITION]}


def test_a_definition_is_registered(plane: Any, client: Client) -> None:
    """AWS Batch's own document is sent as it is."""
    plane.answer("POST /definitions", DEFINITION)
    made = client.register_definition(DOCUMENT)

    assert (("runner", 3), DOCUMENT) == ((made.name, made.revision), json.loads(plane.requests[-1].content))


def test_a_definition_is_deregistered(plane: Any, client: Client) -> None:
    """Under a name that is no path; what waits for it is told."""
    plane.answer("DELETE /definitions/a/b", DEREGISTERED)
    done = client.deregister_definition("a/b")

    assert ("aligner", ("arn:1",), ("arn:2",)) == (done.name, done.deregistered, done.waited_for)
    assert b"/definitions/a%2Fb" == plane.requests[-1].url.raw_path


@pytest.mark.parametrize("answer", [{"name": "aligner"}, DEREGISTERED | {"waitedFor": 1}])
def test_an_answer_that_is_no_deregistration_is_named_so(plane: Any, client: Client, answer: Any) -> None:
    """A client of another version says what is wrong."""
    plane.answer("DELETE /definitions/aligner", answer)

    with pytest.raises(AnswerMalformed):
        client.deregister_definition("aligner")


def test_a_definition_that_is_not_there_has_an_error_of_its_own(
    plane: Any, client: Client, run: Run, problem: Any
) -> None:
    """And the exit code of what is not there."""
    refused = problem(404, "Nobody has registered it.", type="urn:batchplane:problem:DefinitionNotFound")
    plane.answer("DELETE /definitions/aligner", refused)

    with pytest.raises(DefinitionNotFound, match="Nobody has registered it"):
        client.deregister_definition("aligner")
    assert 4 == run("definitions", "deregister", "aligner").exit_code


def test_register_reads_a_file_and_prints_the_name(plane: Any, run: Run, tmp_path: Path) -> None:
    """With the revision; or all of it as JSON."""
    plane.answer("POST /definitions", DEFINITION)
    file = tmp_path / "aligner.json"
    file.write_text(json.dumps(DOCUMENT))
    words, document = (run("definitions", "register", "--from", str(file), *more) for more in ((), ("--json",)))

    assert ("runner:3\n", DEFINITION) == (words.stdout, json.loads(document.stdout))
    assert DOCUMENT == json.loads(plane.requests[-1].content)


def test_register_names_a_file_that_is_no_document(plane: Any, run: Run, tmp_path: Path) -> None:
    """Nothing is sent."""
    file = tmp_path / "aligner.json"
    file.write_text("[]")
    result = run("definitions", "register", "--from", str(file))

    assert (2, []) == (result.exit_code, plane.requests)
    assert "must be a JSON object" in result.stderr


def test_deregister_says_when_to_come_again(plane: Any, run: Run) -> None:
    """Beside the name; or all of it as JSON."""
    plane.answer("DELETE /definitions/aligner", DEREGISTERED)
    words, document = (run("definitions", "deregister", "aligner", *more) for more in ((), ("--json",)))

    assert ("aligner\n", DEREGISTERED) == (words.stdout, json.loads(document.stdout))
    assert "1 of its revisions stay in AWS Batch" in words.stderr
