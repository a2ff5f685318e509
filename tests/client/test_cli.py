"""The command line: what people see, what scripts read, and how it exits."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from batchplane import Client, Retry
from batchplane.cli import app
from batchplane.cli._terminal import Terminal

Run = Callable[..., Result]
#: A name that would clear a screen, open a link and colour the text, if a terminal or rich obeyed it.
HOSTILE = "\x1b[2J[red]x[/red]\u202e"


@pytest.fixture(name="run")
def _run(plane: Any, time: Any) -> Run:
    """Runs a command line against the stand-in."""

    def connect() -> Client:
        return Client("http://plane.test", transport=httpx.MockTransport(plane), retry=Retry(), clock=time.clock())

    def run(*argv: str) -> Result:
        return CliRunner().invoke(app, argv, obj=Terminal(connect=connect))

    return run


def test_submit_prints_the_id_and_nothing_else(plane: Any, run: Run, job_document: Any) -> None:
    """A shell can keep it: JOB=$(batchplane submit ...)."""
    plane.answer("POST /jobs", job_document())

    result = run("submit", "--", "echo", "-n", "hi")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "j1\n", "")
    assert plane.sent()["containerOverrides"]["command"] == ["echo", "-n", "hi"]


def test_every_option_of_submit_has_its_place(plane: Any, run: Run, job_document: Any, tmp_path: Path) -> None:
    """The command line says all that SubmitJob's document needs."""
    (tmp_path / "f").write_bytes(b"hello")
    digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    upload = {"key": "k", "url": "http://bucket.test/f", "method": "PUT", "headers": {"x-checksum": digest}}
    plane.answer("POST /uploads", upload)
    plane.answer("POST /jobs", job_document())

    words = "--name n --array-size 7 --job-queue q --job-definition d --env A=1 --env B=x=y --attempts 2 --timeout 60"
    more = f"--vcpus 2 --memory 8GiB --depends-on jx --depends-on jy=N_TO_N --tag t=u --input in={tmp_path}/f"
    result = run("submit", *words.split(), *more.split(), "--idempotency-key", "k1", "--", "work")

    assert (result.exit_code, plane.requests[-1].headers["Idempotency-Key"]) == (0, "k1")
    assert plane.sent() == {
        "jobName": "n",
        "jobQueue": "q",
        "jobDefinition": "d",
        "arrayProperties": {"size": 7},
        "containerOverrides": {
            "command": ["work"],
            "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "x=y"}],
            "resourceRequirements": [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "8192"}],
        },
        "retryStrategy": {"attempts": 2},
        "timeout": {"attemptDurationSeconds": 60},
        "dependsOn": [{"jobId": "jx"}, {"jobId": "jy", "type": "N_TO_N"}],
        "tags": {"t": "u"},
        "inputs": {"in": "k"},
    }


def test_options_win_over_the_document_in_a_file(plane: Any, run: Run, job_document: Any, tmp_path: Path) -> None:
    """AWS's own --cli-input-json document is taken; what is said beside it counts more."""
    given = {"jobName": "filed", "jobQueue": "q", "timeout": {"attemptDurationSeconds": 60}, "tags": {"a": "1"}}
    (tmp_path / "job.json").write_text(json.dumps(given))
    plane.answer("POST /jobs", job_document())

    run("submit", "--cli-input-json", str(tmp_path / "job.json"), "--job-queue", "r", "--tag", "b=2")

    assert plane.sent() == given | {"jobQueue": "r", "tags": {"a": "1", "b": "2"}}


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "must be JSON"), ("[]", "must be a JSON object; it is a list"), (None, "can't be read")],
)
def test_a_file_that_is_no_document_is_named(content: str | None, words: str, run: Run, tmp_path: Path) -> None:
    """Nothing is submitted."""
    if content is not None:
        (tmp_path / "job.json").write_text(content)

    result = run("submit", "--cli-input-json", str(tmp_path / "job.json"), "--", "x")

    assert (result.exit_code in (1, 2), words in result.stderr) == (True, True)


def test_submit_and_wait_exits_as_the_job_did(plane: Any, run: Run, job_document: Any, finished: Any) -> None:
    """A script can branch on it; why is said on stderr."""
    plane.answer("POST /jobs", job_document())
    plane.answer("GET /jobs/j1", finished(3, statusReason="Essential container in task exited"))

    result = run("submit", "--wait", "--", "x")

    assert (result.exit_code, result.stdout) == (3, "j1\n")
    assert result.stderr == "j1 FAILED: Essential container in task exited\n"


def test_submit_and_wait_prints_one_json_document(plane: Any, run: Run, job_document: Any, finished: Any) -> None:
    """The job as it ended."""
    plane.answer("POST /jobs", job_document())
    plane.answer("GET /jobs/j1", finished())

    result = run("submit", "--wait", "--json", "--", "x")

    assert (result.exit_code, json.loads(result.stdout)["status"]) == (0, "SUCCEEDED")


@pytest.mark.parametrize("argv", [("--env", "A"), ("--tag", "=x"), ("--input", "f")])
def test_a_pair_that_is_none_is_a_usage_error(argv: tuple[str, str], plane: Any, run: Run) -> None:
    """It is explained before anything is sent."""
    result = run("submit", *argv, "--", "x")

    assert (result.exit_code, f"{argv[0]} must be NAME=VALUE; it is {argv[1]!r}" in result.stderr) == (2, True)
    assert plane.requests == []


def test_list_shows_a_row_for_each_job(plane: Any, run: Run, job_document: Any, finished: Any) -> None:
    """Status, attempts, exit code, when it was created, and time in each status."""
    array = job_document("j3", type="Array", arrayProperties={"size": 7}, status="PENDING", history=[])
    plane.answer("GET /jobs", {"jobs": [array, finished(3, jobId="j2")], "cursor": None})

    rows = [" ".join(line.split()) for line in run("list").stdout.splitlines() if line.startswith("j")]

    assert rows == [
        "j3 count PENDING Array of 7 0 - 2026-03-01 12:00:00Z -",
        "j2 count FAILED Single 1 3 2026-03-01 12:00:00Z SUBMITTED 2.0s, RUNNING 3.5s",
    ]


def test_list_prints_json(plane: Any, run: Run, job_document: Any) -> None:
    """One document, with the jobs as the plane sent them."""
    plane.answer("GET /jobs", {"jobs": [job_document()], "cursor": None})

    assert json.loads(run("list", "--json", "--job-queue", "q", "--limit", "1").stdout) == {"jobs": [job_document()]}
    assert plane.asked() == ["GET /jobs?jobQueue=q&limit=1"]


def test_an_empty_list_says_what_to_do(plane: Any, run: Run) -> None:
    """A newcomer's first list is empty; a script's stays empty."""
    plane.answer("GET /jobs", {"jobs": [], "cursor": None})

    result = run("list")

    assert (result.exit_code, result.stdout, "batchplane submit" in result.stderr) == (0, "", True)


def test_describe_shows_properties_attempts_and_history(plane: Any, run: Run, finished: Any) -> None:
    """All that is known of one job on one screen."""
    document = finished(3, tags={"team": "x"}, inputs=["a"], statusReason="gone")
    plane.answer("GET /jobs/j1", document)

    lines = [" ".join(line.split()) for line in run("describe", "j1").stdout.splitlines()]

    for line in (
        "job queue default",
        "status FAILED",
        "status reason gone",
        "exit code 3",
        "command echo hi",
        "tags team=x",
        "inputs a",
        "1 3 2026-03-01 12:00:00Z - exit 3",
        "RUNNING 1 2026-03-01 12:00:02Z 3.5s",
        "FAILED 1 2026-03-01 12:00:05Z -",
    ):
        assert line in lines


def test_describe_prints_json(plane: Any, run: Run, job_document: Any) -> None:
    """A child's document as the plane sent it."""
    plane.answer("GET /jobs/j1/children/2", job_document(arrayProperties={"index": 2}))

    assert json.loads(run("describe", "j1:2", "--json").stdout)["arrayProperties"] == {"index": 2}


@pytest.mark.parametrize("command", [("list",), ("describe", "j1"), ("wait", "j1")])
def test_a_table_obeys_nothing_that_a_job_says(command: tuple[str, ...], plane: Any, run: Run, finished: Any) -> None:
    """Escapes are shown, markup is text, and nothing turns the direction of writing."""
    document = finished(jobName=HOSTILE, statusReason=HOSTILE, tags={HOSTILE: HOSTILE})
    plane.answer("GET /jobs", {"jobs": [document], "cursor": None})
    plane.answer("GET /jobs/j1", document)

    shown = run(*command).stdout

    assert r"\x1b[2J[red]x[/red]\u202e" in shown
    assert not {"\x1b", "\u202e"} & set(shown)


def test_an_error_obeys_nothing_that_a_plane_says(plane: Any, run: Run, problem: Any) -> None:
    """An error's words may be a job's."""
    plane.answer("GET /jobs/j1", problem(404, HOSTILE))

    assert run("describe", "j1").stderr == "batchplane: \\x1b[2J[red]x[/red]\\u202e\n"


def test_logs_prints_the_lines(plane: Any, run: Run, job_document: Any) -> None:
    """To a file or a pipe, as the job wrote them."""
    plane.answer("GET /jobs/j1", job_document())
    line = {"timestamp": 1000, "message": "\x1b[31mred[/]"}
    plane.answer("GET /jobs/j1/log", {"lines": [line], "cursor": None})

    assert run("logs", "j1", "--attempt", "1").stdout == "\x1b[31mred[/]\n"


def test_logs_of_an_array_name_the_child(plane: Any, run: Run, job_document: Any) -> None:
    """The rainbow: each child's line after its index."""
    plane.answer("GET /jobs/j1", job_document(type="Array", arrayProperties={"size": 2}))
    children = [job_document(type="ArrayChild", arrayProperties={"index": index}) for index in range(2)]
    plane.answer("GET /jobs/j1/children", {"jobs": children, "next": None})
    for index, color in enumerate(("red", "orange")):
        page = {"lines": [{"timestamp": 1000, "message": color}], "cursor": None}
        plane.answer(f"GET /jobs/j1/children/{index}/log", page)

    assert run("logs", "j1").stdout == "[0] red\n[1] orange\n"
    assert json.loads(run("logs", "j1", "--json").stdout) == {
        "lines": [
            {"jobId": "j1:0", "timestamp": 1000, "message": "red"},
            {"jobId": "j1:1", "timestamp": 1000, "message": "orange"},
        ]
    }


def test_following_prints_one_json_document_a_line(plane: Any, run: Run, finished: Any) -> None:
    """A stream can be read line by line."""
    plane.answer("GET /jobs/j1", finished())
    lines = [{"timestamp": at, "message": word} for at, word in ((1001, "a"), (1002, "b"))]
    plane.answer("GET /jobs/j1/log", {"lines": lines, "cursor": None})

    result = run("logs", "j1", "--follow", "--json")

    assert [json.loads(line) for line in result.stdout.splitlines()] == [{"jobId": "j1"} | line for line in lines]


def test_an_array_is_not_followed(plane: Any, run: Run, job_document: Any) -> None:
    """Which child to follow is for the caller to say."""
    plane.answer("GET /jobs/j1", job_document(type="Array", arrayProperties={"size": 2}))

    result = run("logs", "j1", "--follow")

    assert (result.exit_code, "follow one of its children, such as j1:0" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("second", "code"),
    [({"status": "SUCCEEDED"}, 0), ({"status": "FAILED"}, 3), ({"status": "RUNNING", "lost": True}, 7)],
)
def test_wait_exits_as_the_worst_job_did(
    second: dict[str, Any], code: int, plane: Any, run: Run, finished: Any, job_document: Any
) -> None:
    """One number for all of them."""
    plane.answer("GET /jobs/j1", finished())
    plane.answer("GET /jobs/j2", job_document("j2"), job_document("j2", **second))

    result = run("wait", "j1", "j2", "--json")

    assert (result.exit_code, len(json.loads(result.stdout)["jobs"])) == (code, 2)


def test_wait_has_a_bound(plane: Any, run: Run, job_document: Any) -> None:
    """As timeout(1) says it."""
    plane.answer("GET /jobs/j1", job_document())

    result = run("wait", "j1", "--timeout", "3")

    assert (result.exit_code, result.stderr) == (124, "batchplane: After 3 s not finished: j1\n")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(400, json={"detail": "No."}), 2),
        (httpx.Response(401, json={"detail": "No."}), 6),
        (httpx.Response(404, json={"detail": "No."}), 4),
        (httpx.Response(409, json={"detail": "No."}), 1),
        (httpx.Response(500, json={"detail": "No."}), 5),
    ],
)
def test_every_error_has_its_exit_code(answer: httpx.Response, code: int, plane: Any, run: Run) -> None:
    """One table, one line on stderr, nothing on stdout."""
    plane.answer("GET /jobs/j1", answer)

    result = run("describe", "j1", "--json")

    assert (result.exit_code, result.stdout, result.stderr) == (code, "", "batchplane: No.\n")


@pytest.mark.parametrize("argv", [(), ("nonsense",), ("wait",), ("list", "--limit", "0")])
def test_a_wrong_command_line_is_2(argv: tuple[str, ...], run: Run) -> None:
    """As every program says it."""
    assert run(*argv).exit_code == 2


def test_every_command_has_help() -> None:
    """`--help` lists each command with a sentence."""
    shown = CliRunner().invoke(app, ["--help"]).stdout

    for command in ("submit", "list", "describe", "logs", "wait", "local"):
        assert f"\n  {command} " in shown


def cli(*argv: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The installed command in a process of its own."""
    return subprocess.run(  # noqa: S603 - the command is what is tested
        [sys.executable, "-c", "from batchplane.cli import main; main()", *argv],
        env={"HOME": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_without_a_plane_there_is_one_clear_line() -> None:
    """A newcomer who has started nothing is told what to start."""
    ended = cli("list")

    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (5, "", 1)
    assert ended.stderr.startswith("batchplane: There is no plane to speak to: BATCHPLANE_URL is not set")


@pytest.fixture(name="plugged")
def _plugged(tmp_path: Path) -> str:
    """A folder to import from, with another part's two commands: one whole, one that lacks a library."""
    (tmp_path / "part-1.dist-info").mkdir()
    (tmp_path / "part-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: part\nVersion: 1\n")
    (tmp_path / "part-1.dist-info" / "entry_points.txt").write_text(
        "[batchplane.commands]\ngreet = part:app\nbroken = part_broken:app\n"
    )
    (tmp_path / "part.py").write_text(
        "import typer\nprint('imported')\napp = typer.Typer()\n@app.command()\ndef greet():\n    print('hello')\n"
    )
    (tmp_path / "part_broken.py").write_text("import library_that_is_not_there\n")
    return str(tmp_path)


def test_a_command_of_another_part_is_found(plugged: str) -> None:
    """An entry point under `batchplane.commands` is a command."""
    ended = cli("greet", PYTHONPATH=plugged)

    assert (ended.returncode, ended.stdout) == (0, "imported\nhello\n")


def test_a_command_of_another_part_is_imported_only_when_called(plugged: str) -> None:
    """Nobody else waits for it."""
    assert "imported" not in cli("list", PYTHONPATH=plugged).stdout


def test_a_command_that_lacks_a_library_says_what_to_install(plugged: str) -> None:
    """And the help still lists it."""
    ended = cli("broken", "--some", "thing", PYTHONPATH=plugged)

    assert (ended.returncode, ended.stderr) == (
        1,
        "batchplane: the command 'broken' needs more than the client"
        " (No module named 'library_that_is_not_there'): pip install 'batchplane[broken]'\n",
    )
    assert "Not installed: pip install 'batchplane[broken]'" in cli("--help", PYTHONPATH=plugged).stdout


def test_a_terminal_is_not_commanded_by_a_log() -> None:
    """Where a terminal reads stdout, control characters are shown instead of obeyed."""
    ours, theirs = pty.openpty()
    code = "from batchplane.cli._terminal import Terminal; Terminal().line('\\x1b[2Jhello\\tyou')"

    subprocess.run([sys.executable, "-c", code], stdout=theirs, timeout=20, check=True)  # noqa: S603 - as above

    os.close(theirs)
    shown = os.read(ours, 4096)
    os.close(ours)
    assert shown == b"\\x1b[2Jhello\tyou\r\n"
