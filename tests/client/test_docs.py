"""`batchplane docs`: the plane's own description, as a page that a browser shows without asking anybody."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from batchplane import Client
from batchplane._api_page import render
from batchplane.cli import app
from batchplane.cli._terminal import Terminal
from tests.documented import read
from tests.flow.river import River

Run = Callable[..., Result]
URL = "http://plane.test"
#: What a schema, a title or an example may hold.
HOSTILE = "</style></pre><script>alert(1)</script>\"'`&"


@pytest.fixture(name="document", scope="module")
def _document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with closing(River(tmp_path_factory.mktemp("plane"))) as river:
        yield read(river.serve_api)


class Page(HTMLParser):
    """A page as a browser reads it. Fails where an element is not ended."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)
        assert [] == self.opened

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "meta":
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        assert tag == self.opened.pop()

    def handle_data(self, data: str) -> None:
        """Text."""
        self.text += data

    def named(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [value for each, value in self.attributes if each == name]


def test_every_route_and_schema_is_on_the_page(document: dict[str, Any]) -> None:
    """Each in a place that a link leads to, and no link leads nowhere."""
    page = Page(render(document, url=URL))
    places = set(page.named("id"))
    routes = {route["operationId"] for methods in document["paths"].values() for route in methods.values()}
    schemas = {f"schema-{name}" for name in document["components"]["schemas"]}

    assert (routes | schemas | {"schemas"}, set()) == (
        places,
        {link.removeprefix("#") for link in page.named("href")} - places,
    )


def test_problems_and_examples_are_on_the_page(document: dict[str, Any]) -> None:
    """What to send, what is answered, and what is answered when that is refused."""
    text = Page(render(document, url=URL)).text
    shown = [
        "Idempotency-Key",
        '"jobName": "compress"',
        "urn:batchplane:problem:SubmissionConflict",
        "at most 100",
        URL,
    ]

    assert [] == [each for each in shown if each not in text]


def test_the_page_runs_nothing_and_loads_nothing(document: dict[str, Any]) -> None:
    """Its policy lets one style in, by digest; every link stays on the page."""
    text = render(document, url=URL)
    page = Page(text)
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page.named("content")
    assert {"#"} == {link[0] for link in page.named("href")}
    assert set() == page.elements & {"script", "link", "img", "iframe", "form", "object", "base"}
    assert set() == {name for name, _ in page.attributes if name in ("src", "style") or name.startswith("on")}


def test_nothing_that_a_description_holds_becomes_html(document: dict[str, Any]) -> None:
    """A plane that is asked may be anybody's."""
    hostile = json.loads(json.dumps(document).replace("AWS Batch", json.dumps(HOSTILE)[1:-1]))

    assert Page(render(document, url=URL)).elements == Page(render(hostile, url=URL)).elements


def test_the_page_is_written_and_opened(document: dict[str, Any]) -> None:
    """In a folder of the user's own, as a file: the browser has no credential, and needs none."""
    shown: list[str] = []

    def browse(address: str) -> bool:
        shown.append(address)
        return True

    def connect() -> Client:
        return Client(URL, transport=httpx.MockTransport(lambda _: httpx.Response(200, json=document)))

    result = CliRunner().invoke(app, ["docs"], obj=Terminal(connect=connect, browse=browse))
    (address,) = shown
    file = Path(address.removeprefix("file://"))

    assert (0, "", f"The API is open in your browser: {file}\n") == (result.exit_code, result.stdout, result.stderr)
    assert (render(document, url=URL), 0o700) == (file.read_text(), file.parent.stat().st_mode & 0o777)
    file.unlink()
    file.parent.rmdir()


def test_the_page_is_written_where_it_is_wanted(document: dict[str, Any], plane: Any, run: Run, tmp_path: Path) -> None:
    """And not opened."""
    plane.answer("GET /openapi.json", document)
    result = run("docs", str(tmp_path / "api.html"))

    assert (0, f"The API is described: {tmp_path / 'api.html'}\n") == (result.exit_code, result.stderr)
    assert "<!doctype html>" in (tmp_path / "api.html").read_text()


def test_a_place_that_takes_no_page_is_named(document: dict[str, Any], plane: Any, run: Run, tmp_path: Path) -> None:
    """One line, and no trace of Python's."""
    plane.answer("GET /openapi.json", document)
    result = run("docs", str(tmp_path))

    assert (1, f"batchplane: {tmp_path} can't be written (Is a directory).\n") == (result.exit_code, result.stderr)


def test_the_document_itself_is_printed_for_generators(document: dict[str, Any], plane: Any, run: Run) -> None:
    """Word for word."""
    plane.answer("GET /openapi.json", document)

    assert document == json.loads(run("docs", "--json").stdout)
