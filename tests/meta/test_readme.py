"""README.md says what is so: its commands are run, its links lead somewhere, its targets are there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from batchplane_local.process import started

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BIN = Path(sys.executable).parent
#: How long one command may take, in seconds.
DEADLINE = 120


def block(language: str) -> str:
    """The block of this language that a test runs."""
    match = re.search(rf"<!-- a test runs .*?-->\n```{language}\n(.*?)```", README, re.DOTALL)
    assert match
    return match.group(1)


@pytest.fixture(name="environment", scope="module")
def _environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of somebody who has just run `make serve`."""
    data = tmp_path_factory.mktemp("readme") / "data"
    environment = os.environ | {"BATCHPLANE_DATA": str(data), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    with started(data):
        yield environment


def run(command: list[str | Path], environment: dict[str, str]) -> str:
    """What a command prints; it must end well."""
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("line", block("sh").strip().splitlines())
def test_the_commands_of_the_readme_run(line: str, environment: dict[str, str]) -> None:
    """Each line works as it stands, in a shell, from the checkout."""
    assert run(["sh", "-c", line], environment)


def test_the_python_of_the_readme_runs(environment: dict[str, str]) -> None:
    """As it stands, too."""
    assert "" == run([sys.executable, "-c", block("python")], environment)


def test_the_demo_runs() -> None:
    """What `make demo` runs lives five lives and says so."""
    printed = run([sys.executable, ROOT / "docs" / "demo" / "demo.py"], dict(os.environ))
    parts = ["1. A file", "2. An array", "3. Real work, spread", "4. A failure", "5. Every job", "Done in"]

    assert parts == [part for part in parts if part in printed]


@pytest.mark.parametrize(
    "document", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")), ids=lambda p: p.name
)
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link names a file or a folder of the checkout."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)[^)]*\)", document.read_text())

    assert [] == [link for link in links if not (document.parent / link).exists()]


def test_every_target_is_named() -> None:
    """A target of the Makefile that README.md does not name can't be found."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert [] == [target for target in targets if f"make {target}" not in README]
