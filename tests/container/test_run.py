"""One job through the runner: inputs in, the command, outputs out, the exit code."""

import ast
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
PRINT_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"


def test_inputs_arrive_under_their_names(plane: Any, run: Run) -> None:
    """Every input lies in the working directory before the command starts, in folders too."""
    plane.inputs = {"a.txt": b"alpha\n", "deep/er/b.txt": b"beta\n"}

    ended = run("cat", "a.txt", "deep/er/b.txt")

    assert (ended.code, ended.out, ended.err) == (0, "alpha\nbeta\n", "")


def test_an_input_larger_than_a_piece_arrives_whole(plane: Any, run: Run) -> None:
    """A file of many pieces keeps every byte."""
    plane.inputs = {"large": bytes(range(256)) * 4096}

    ended = run("sha256sum", "large")

    assert ended.out.split()[0] == hashlib.sha256(plane.inputs["large"]).hexdigest()


def test_outputs_are_uploaded_after_success(plane: Any, run: Run) -> None:
    """Every file below outputs/ goes to the IOBucket under its relative name."""
    ended = run("sh", "-c", "mkdir outputs/sub; echo one > outputs/1; echo two > $BATCHPLANE_OUTPUTS/sub/2")

    assert (ended.code, plane.uploads) == (0, {"1": b"one\n", "sub/2": b"two\n"})


def test_outputs_are_uploaded_after_failure(plane: Any, run: Run) -> None:
    """What a failed command left behind is kept, and its exit code too."""
    ended = run("sh", "-c", "echo half > outputs/part; exit 3")

    assert (ended.code, plane.uploads) == (3, {"part": b"half\n"})


def test_an_upload_is_announced_with_size_and_digest(plane: Any, run: Run) -> None:
    """The plane learns each file's name, bytes and SHA-256 before it lends a link."""
    run("sh", "-c", "printf hello > outputs/greeting")

    digest = hashlib.sha256(b"hello").hexdigest()
    assert plane.requests[-1]["uploads"] == [{"name": "greeting", "size": 5, "sha256": digest}]


def test_an_empty_output_is_uploaded(plane: Any, run: Run) -> None:
    """A file of no bytes is a file."""
    run("touch", "outputs/empty")

    assert plane.uploads == {"empty": b""}


def test_many_outputs_are_announced_in_pages(plane: Any, run: Run) -> None:
    """No page of links is so long that it would expire before its last file is up."""
    run("sh", "-c", "for i in $(seq 250); do echo $i > outputs/$i; done")

    assert [len(request["uploads"]) for request in plane.requests] == [0, 100, 100, 50]
    assert len(plane.uploads) == 250


def test_a_job_without_outputs_asks_for_links_once(plane: Any, run: Run) -> None:
    """Where nothing is to be uploaded the plane is not asked again."""
    run("true")

    assert plane.asked == ["/runner/links"]


def test_the_runner_names_its_job_and_shows_its_capability(plane: Any, run: Run) -> None:
    """A single job has no index; the capability goes in the Authorization header."""
    run("true")

    assert plane.requests == [{"jobId": "j0000000000000000000000001", "index": None, "uploads": []}]
    assert plane.authorizations == ["Bearer the-capability-of-this-job"]


def test_a_child_names_its_index(plane: Any, environment: dict[str, str], run: Run) -> None:
    """A child of an array job says which child it is."""
    environment["AWS_BATCH_JOB_ARRAY_INDEX"] = "7"

    run("true")

    assert plane.requests[0]["index"] == 7


@pytest.mark.parametrize("batch", [None, "1"])
def test_the_command_is_told_its_original_index(
    plane: Any, environment: dict[str, str], run: Run, batch: str | None
) -> None:
    """Whatever AWS Batch counts it as; the runner itself goes by that."""
    environment |= {} if batch is None else {"AWS_BATCH_JOB_ARRAY_INDEX": batch}
    plane.child = {"index": 17, "arraySize": 100}

    seen = json.loads(run("python3", "-c", PRINT_ENVIRONMENT).out)

    assert (seen["AWS_BATCH_JOB_ARRAY_INDEX"], seen["AWS_BATCH_JOB_ARRAY_SIZE"]) == ("17", "100")
    assert plane.requests[0]["index"] == (None if batch is None else 1)


def test_the_command_keeps_the_index_that_batch_gave(plane: Any, environment: dict[str, str], run: Run) -> None:
    """Where the plane knows no other."""
    environment["AWS_BATCH_JOB_ARRAY_INDEX"] = "7"
    plane.child = {"index": None, "arraySize": None}

    seen = json.loads(run("python3", "-c", PRINT_ENVIRONMENT).out)

    assert (seen["AWS_BATCH_JOB_ARRAY_INDEX"], "AWS_BATCH_JOB_ARRAY_SIZE" in seen) == ("7", False)


def test_the_command_sees_nothing_of_the_runner(environment: dict[str, str], tmp_path: Path, run: Run) -> None:
    """The plane's address, the job's id and its capability stay with the runner; all else is handed on."""
    environment["COLOR"] = "red"

    seen = json.loads(run("python3", "-c", PRINT_ENVIRONMENT).out)

    assert [name for name in seen if name.startswith("BATCHPLANE_")] == ["BATCHPLANE_OUTPUTS"]
    assert (seen["COLOR"], seen["BATCHPLANE_OUTPUTS"]) == ("red", str(tmp_path / "outputs"))


def test_arguments_reach_no_shell(run: Run) -> None:
    """What a shell would interpret arrives as it is."""
    assert run("printf", "%s|", "$HOME", "a b", ";", "*").out == "$HOME|a b|;|*|"


def test_without_a_plane_the_command_just_runs(environment: dict[str, str], tmp_path: Path, run: Run) -> None:
    """Outside a job the image is as good as its command."""
    del environment["BATCHPLANE_URL"]

    ended = run("sh", "-c", "echo plain; exit 4")

    assert (ended.code, ended.out, list(tmp_path.iterdir())) == (4, "plain\n", [])


def test_what_the_command_left_running_ends_with_it(run: Run) -> None:
    """A background process does not outlive the job, as in a container."""
    ended = run("sh", "-c", "sleep 60 & echo started")

    # The output could not have been read to its end while the background process held it.
    assert (ended.code, ended.out) == (0, "started\n")


def test_a_command_that_batch_could_not_be_told_is_run(plane: Any, run: Run) -> None:
    """In place of the one that the container was given."""
    plane.overrides = {"command": ["echo", "x" * 100_000]}

    ended = run("false")

    assert (ended.code, ended.out) == (0, "x" * 100_000 + "\n")


def test_variables_that_batch_could_not_be_told_are_set(plane: Any, environment: dict[str, str], run: Run) -> None:
    """Beside those that the container has, which they come before; the command may be the container's."""
    environment |= {"COLOR": "red", "SHAPE": "round"}
    plane.overrides = {"environment": [{"name": "COLOR", "value": "blue"}, {"name": "LONG", "value": "y" * 100_000}]}

    seen = json.loads(run("python3", "-c", PRINT_ENVIRONMENT).out)

    assert ("blue", "round", 100_000) == (seen["COLOR"], seen["SHAPE"], len(seen["LONG"]))


@pytest.mark.parametrize("module", sorted(Path(__file__).parents[2].glob("container/batchplane_runner/*.py")), ids=str)
def test_the_runner_is_python_3_9(module: Path) -> None:
    """Images that carry the runner may be older than the plane."""
    assert isinstance(ast.parse(module.read_text(), feature_version=(3, 9)), ast.Module)
