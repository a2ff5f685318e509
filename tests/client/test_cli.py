"""The command line as a whole: how it exits, where its commands come from, and how it treats a terminal."""

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

from batchplane.cli import app
from tests.waiting import PATIENCE_SECONDS

Run = Callable[..., Result]


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
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_without_a_plane_there_is_one_clear_line() -> None:
    """A newcomer who has started nothing is told what to start."""
    ended = cli("list")

    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (5, "", 1)
    assert ended.stderr.startswith("batchplane: There is no plane to speak to: BATCHPLANE_URL is not set")


@pytest.fixture(name="plugged")
def _plugged(tmp_path: Path) -> str:
    """A folder to import from, with another part's commands: a whole one, and two that lack a library."""
    (tmp_path / "part-1.dist-info").mkdir()
    (tmp_path / "part-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: part\nVersion: 1\n")
    (tmp_path / "part-1.dist-info" / "entry_points.txt").write_text(
        "[batchplane.commands]\ngreet = part:app\nbroken = part_broken:app\nlate = part_late:app\n"
    )
    (tmp_path / "part.py").write_text(
        "import typer\nprint('imported')\napp = typer.Typer()\n@app.command()\ndef greet():\n    print('hello')\n"
    )
    missing = "import library_that_is_not_there\n"
    (tmp_path / "part_broken.py").write_text(missing)
    (tmp_path / "part_late.py").write_text(
        f"import typer\napp = typer.Typer()\n@app.command()\ndef late():\n    {missing}"
    )
    return str(tmp_path)


def test_a_command_of_another_part_is_found(plugged: str) -> None:
    """An entry point under `batchplane.commands` is a command."""
    ended = cli("greet", PYTHONPATH=plugged)

    assert (ended.returncode, ended.stdout) == (0, "imported\nhello\n")


def test_a_command_of_another_part_is_imported_only_when_called(plugged: str) -> None:
    """Nobody else waits for it."""
    assert "imported" not in cli("list", PYTHONPATH=plugged).stdout


@pytest.mark.parametrize("argv", [("broken", "--some", "thing"), ("late",)])
def test_a_command_that_lacks_a_library_says_what_to_install(argv: tuple[str, ...], plugged: str) -> None:
    """Whether it notices when it is imported, or when it is called."""
    ended = cli(*argv, PYTHONPATH=plugged)

    assert (ended.returncode, ended.stderr) == (
        1,
        f"batchplane: the command '{argv[0]}' needs more than the client"
        f" (No module named 'library_that_is_not_there'): pip install 'batchplane[{argv[0]}]'\n",
    )


def test_the_help_lists_a_command_that_lacks_a_library(plugged: str) -> None:
    """What can be installed can be seen."""
    assert "Not installed: pip install 'batchplane[broken]'" in cli("--help", PYTHONPATH=plugged).stdout


def test_a_terminal_is_not_commanded_by_a_log() -> None:
    """Where a terminal reads stdout, control characters are shown instead of obeyed."""
    ours, theirs = pty.openpty()
    code = "from batchplane.cli._terminal import Terminal; Terminal().line('\\x1b[2Jhello\\tyou')"

    subprocess.run([sys.executable, "-c", code], stdout=theirs, timeout=PATIENCE_SECONDS, check=True)  # noqa: S603 - as above

    os.close(theirs)
    shown = os.read(ours, 4096)
    os.close(ours)
    assert shown == b"\\x1b[2Jhello\tyou\r\n"
