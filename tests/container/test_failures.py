"""What goes wrong around a command: names, networks, refusals, and commands that are not there."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import PATIENCE_SECONDS

Run = Callable[..., Any]
#: Runs the runner without waiting between attempts.
UNHURRIED = (
    "import os, sys; sys.path.insert(0, sys.argv[1]); from batchplane_runner.run import run;"
    " sys.exit(run(sys.argv[2:], os.environ, sleep=lambda _: None, random=lambda: 1.0))"
)


@pytest.fixture(name="run_unhurried")
def _run_unhurried(tmp_path: Path, environment: dict[str, str]) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """The runner in a process of its own whose pauses take no time."""
    container = str(Path(__file__).parents[2] / "container")

    def run(*argv: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 - the runner is what is tested
            [sys.executable, "-I", "-c", UNHURRIED, container, *argv],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    "name", ["../escape", "/etc/passwd", "a/../../b", "a//b", ".", "", "a\\b", "a\nb", "%2e%2e/x", "x" * 513]
)
def test_an_input_cannot_leave_the_working_directory(name: str, plane: Any, run: Run) -> None:
    """A name from the plane that is no plain relative path is refused, and the command never starts."""
    plane.inputs = {name: b"evil"}

    ended = run("echo", "started")

    assert (ended.code, ended.out) == (125, "")
    assert ended.err.startswith("batchplane: the file name ")


def test_an_input_cannot_leave_through_a_symbolic_link(plane: Any, tmp_path: Path, run: Run) -> None:
    """A link that lies in the image's working directory is not followed out of it."""
    (tmp_path / "door").symlink_to("/")
    plane.inputs = {"door/x": b"evil"}

    ended = run("true")

    assert (ended.code, "a symbolic link leads it out" in ended.err) == (125, True)


def test_an_input_that_hides_the_outputs_folder_is_explained(plane: Any, run: Run) -> None:
    """An input called outputs leaves no room for the folder."""
    plane.inputs = {"outputs": b"x"}

    ended = run("true")

    assert (ended.code, "is an input called so?" in ended.err) == (125, True)


def test_an_output_that_leads_elsewhere_does_not_cost_the_others(plane: Any, tmp_path: Path, run: Run) -> None:
    """What lies outside outputs/ is not the job's to give away; a link within it is a file like any other."""
    (tmp_path / "secret").write_text("s")

    ended = run("sh", "-c", "ln -s ../secret outputs/a; ln -s good outputs/b; ln -s / outputs/c; echo 2 > outputs/good")

    assert (ended.code, plane.uploads) == (125, {"b": b"2\n", "good": b"2\n"})
    assert "'a' is refused: a symbolic link leads it out" in ended.err


def test_a_link_in_place_of_outputs_is_not_followed(plane: Any, tmp_path: Path, run: Run) -> None:
    """Else the command could give away any folder that the runner may read."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "secret").write_text("s")

    ended = run("sh", "-c", "rmdir outputs; ln -s other outputs")

    assert (ended.code, plane.uploads, "nothing is uploaded" in ended.err) == (125, {}, True)


def test_an_output_with_a_bad_name_does_not_cost_the_others(plane: Any, run: Run) -> None:
    """All other outputs are uploaded before the bad name is reported."""
    ended = run("sh", "-c", "echo 1 > outputs/100%; echo 2 > outputs/good")

    assert (ended.code, plane.uploads) == (125, {"good": b"2\n"})
    assert "the file name '100%' is refused" in ended.err


def test_a_link_to_a_file_counts_as_the_file_and_one_to_a_folder_is_not_entered(plane: Any, run: Run) -> None:
    """A circle of folders can't make the uploads endless."""
    run("sh", "-c", "echo 1 > outputs/kept; ln -s kept outputs/link; ln -s . outputs/circle; mkfifo outputs/pipe")

    assert plane.uploads == {"kept": b"1\n", "link": b"1\n"}


def test_an_input_that_is_gone_is_explained(plane: Any, run: Run) -> None:
    """A job may have waited longer than the bucket keeps what was uploaded for it, or run again later."""
    plane.inputs = {"i": b"in"}
    plane.refusals = {"/get/0": [404]}

    ended = run("echo", "started")

    assert (125, "") == (ended.code, ended.out)
    assert "the input 'i': " in ended.err
    assert "keeps an upload for so many days only: submit the job anew, with its files" in ended.err


@pytest.mark.parametrize("path", ["/runner/links", "/get/0", "/put/o"])
@pytest.mark.parametrize("status", [503, 500, 429])
def test_not_now_is_tried_again(path: str, status: int, plane: Any, run_unhurried: Run) -> None:
    """A 5xx and a 429 cost a pause, not the job."""
    plane.inputs = {"i": b"in\n"}
    plane.refusals = {path: [status]}

    ended = run_unhurried("cp", "i", "outputs/o")

    assert (ended.returncode, ended.stderr, plane.uploads) == (0, "", {"o": b"in\n"})
    assert plane.asked.count(path) == (3 if path == "/runner/links" else 2)


def test_a_download_that_breaks_off_is_tried_again(plane: Any, run_unhurried: Run) -> None:
    """Half a file is never taken for the file."""
    plane.inputs = {"i": b"0123456789"}
    plane.missing_bytes = 4

    ended = run_unhurried("cat", "i")

    assert (ended.returncode, ended.stdout, plane.asked.count("/get/0")) == (0, "0123456789", 2)


def test_attempts_are_bounded(plane: Any, run_unhurried: Run) -> None:
    """A plane that always says 503 is asked for a minute and a half, and its reason is shown."""
    plane.refusals = {"/runner/links": [503] * 50}

    ended = run_unhurried("true")

    assert (ended.returncode, plane.asked.count("/runner/links")) == (125, 22)
    assert ended.stderr == (
        "batchplane: the links to this job's files: 127.0.0.1 answered 503 Service Unavailable: refused with 503\n"
    )


def test_a_refusal_is_not_repeated(plane: Any, run: Run) -> None:
    """What is refused once would be refused again."""
    plane.refusals = {"/runner/links": [403]}

    ended = run("true")

    assert (ended.code, plane.asked) == (125, ["/runner/links"])


def test_a_redirect_is_not_followed(plane: Any, run: Run) -> None:
    """The capability goes nowhere but to the plane."""
    plane.refusals = {"/runner/links": [307]}

    ended = run("true")

    assert (ended.code, "answered 307" in ended.err) == (125, True)


def test_an_unreachable_plane_is_one_clear_line(environment: dict[str, str], run_unhurried: Run) -> None:
    """Where nobody listens, the job ends with 125 and says so."""
    environment["BATCHPLANE_URL"] = "http://127.0.0.1:1"

    ended = run_unhurried("echo", "started")

    line = "batchplane: the links to this job's files: 127.0.0.1 did not answer (Connection refused)\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (125, "", line)


def test_a_failed_upload_fails_a_job_that_succeeded(plane: Any, run: Run) -> None:
    """Success without its outputs is no success; the signed link is not shown."""
    plane.refusals = {"/put/o": [403]}

    ended = run("touch", "outputs/o")

    assert (ended.code, ended.err) == (
        125,
        "batchplane: the output 'o': 127.0.0.1 answered 403 Forbidden: refused with 403\n",
    )


def test_a_failed_upload_leaves_a_failed_command_its_exit_code(plane: Any, run: Run) -> None:
    """The command's own failure says more."""
    plane.refusals = {"/put/o": [403]}

    ended = run("sh", "-c", "touch outputs/o; exit 9")

    assert (ended.code, ended.err.startswith("batchplane: the output 'o'")) == (9, True)


def test_a_command_that_is_not_there_is_127(run: Run) -> None:
    """As a shell says it."""
    ended = run("no-such-command")

    assert (ended.code, ended.err) == (
        127,
        "batchplane: the command 'no-such-command' was not found (No such file or directory)\n",
    )


def test_a_command_that_is_not_executable_is_126(tmp_path: Path, run: Run) -> None:
    """As a shell says it."""
    (tmp_path / "plain.txt").write_text("text")

    assert run("./plain.txt").code == 126


def test_no_command_is_125(run: Run) -> None:
    """The runner alone has nothing to run."""
    ended = run()

    assert (ended.code, ended.err.startswith("batchplane: no command was given")) == (125, True)


@pytest.mark.parametrize("name", ["BATCHPLANE_JOB_ID", "BATCHPLANE_CAPABILITY"])
def test_a_missing_variable_is_named(name: str, environment: dict[str, str], run: Run) -> None:
    """Half an environment is a mistake of the deployment."""
    del environment[name]

    ended = run("true")

    assert (ended.code, ended.err.startswith(f"batchplane: {name} must be")) == (125, True)


def test_a_malformed_capability_is_not_shown(environment: dict[str, str], run: Run) -> None:
    """Not even a broken secret is printed."""
    environment["BATCHPLANE_CAPABILITY"] = "secret with spaces"

    ended = run("true")

    assert (ended.code, "secret" in ended.err + ended.out) == (125, False)


def test_a_malformed_index_is_named(environment: dict[str, str], run: Run) -> None:
    """An index is a whole number."""
    environment["AWS_BATCH_JOB_ARRAY_INDEX"] = "-1"

    ended = run("true")

    assert (ended.code, "must be a whole number from 0; it is '-1'" in ended.err) == (125, True)


def test_an_address_that_is_none_is_explained(environment: dict[str, str], run: Run) -> None:
    """Only http and https are spoken."""
    environment["BATCHPLANE_URL"] = "file:///etc"

    ended = run("true")

    assert (ended.code, "not an http or https address" in ended.err) == (125, True)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"environment": [7]}', b"\xff"])
def test_overrides_that_cannot_be_read_end_the_run(plane: Any, run: Run, content: bytes) -> None:
    """The container's own command would be another job's work."""
    plane.overrides = content

    ended = run("echo", "ran")

    assert (ended.code, ended.out, "the job's overrides" in ended.err) == (125, "", True)
