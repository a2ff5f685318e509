"""`batchplane docs`: the plane's API as a page for a browser, which needs no credential for it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from batchplane._api_page import render
from batchplane._errors import FileFailed
from batchplane.cli._terminal import Terminal


def docs(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Write the page here, and open no browser.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the OpenAPI document instead.")] = False,
) -> None:
    """Show the plane's whole API in a browser: a file of its own, which asks nobody and holds no credential."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        document, url = client.describe_api(), client.url
    if as_json:
        terminal.json(document)
        return
    written = _write(render(document, url=url), file or Path(tempfile.mkdtemp(prefix="batchplane-")) / "api.html")
    is_shown = file is None and terminal.browse(written.as_uri())
    terminal.say(f"The API is {'open in your browser' if is_shown else 'described'}: {written}")


def _write(page: str, file: Path) -> Path:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise FileFailed(f"{file} can't be written ({error.strerror}).") from error
    return file.absolute()
