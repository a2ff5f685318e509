"""The documentation is whole: its index has every page, every anchor is there, every command is told of."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from batchplane import Client, Job
from batchplane.cli import app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted({*ROOT.glob("*.md"), *DOCS.glob("**/*.md"), *ROOT.glob("container/*.md"), *ROOT.glob("local/**/*.md")})
DECISIONS = sorted(DOCS.glob("decisions/*.md"))
#: Methods of which the table needs not tell.
APART = ("close", "open")


def title(page: Path) -> str:
    """What the page calls itself."""
    return page.read_text().splitlines()[0].removeprefix("# ")


def anchors(page: Path) -> set[str]:
    """Where links into a page may lead, as GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def methods(kind: type) -> list[str]:
    """The public methods of a class."""
    return [name for name, value in vars(kind).items() if callable(value) and not name.startswith("_")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_anchors_lead_somewhere(page: Path) -> None:
    """A link to a heading names one that there is, on its own page or another."""
    links = re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", page.read_text())
    told = [(page.parent / file if file else page, anchor) for file, anchor in links]

    assert [] == [(other.name, anchor) for other, anchor in told if anchor not in anchors(other)]


@pytest.mark.parametrize("page", [*sorted(DOCS.glob("[a-z]*.md")), *DECISIONS], ids=lambda page: page.name)
def test_the_index_names_every_page(page: Path) -> None:
    """By its own title."""
    index = (DOCS / "README.md").read_text()

    assert f"[{title(page)}]({page.relative_to(DOCS)})" in index


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)
def test_a_decision_has_the_number_of_its_file(page: Path) -> None:
    """And no other page has it."""
    number = page.name.partition("-")[0]

    assert (number, [page]) == (title(page).partition(" ")[0], list(DOCS.glob(f"decisions/{number}-*.md")))


def test_every_command_is_told_of() -> None:
    """The page of the client has each, and what it is in Python."""
    page = (DOCS / "client.md").read_text()
    commands = vars(get_command(app))["commands"]

    assert [] == [name for name in commands if f"batchplane {name}" not in page]
    assert [] == [f"{name}()" for name in methods(Client) if name not in APART and f".{name}(" not in page]
    assert [] == [f"{name}()" for name in methods(Job) if name not in APART and f".{name}(" not in page]
