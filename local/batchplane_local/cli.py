"""`batchplane local`: the embedded plane in the foreground, and tokens for its owners.

The one place of this package that reads the environment, and that writes to it: for this process alone.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import signal
import sys
import threading
from contextlib import closing, redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from batchplane_local.data_folder import DataFolder, FolderRefused, default_folder
from batchplane_local.database import Database
from batchplane_local.tokens import Tokens, may_own
from controlplane.errors import SubmissionInvalid

app = typer.Typer(help="The plane on this machine, with no AWS account.", add_completion=False, rich_markup_mode=None)

#: What the functions' own library reads; no log of it, and no metric, belongs on a terminal.
_QUIET = {
    "POWERTOOLS_LOG_LEVEL": "WARNING",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_METRICS_NAMESPACE": "Batchplane",
    "POWERTOOLS_SERVICE_NAME": "batchplane",
}
#: The first owner where the user has no name.
_NAMELESS = "local"
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Where everything lies. Default: BATCHPLANE_DATA, or your data folder."),
]
Json = Annotated[bool, typer.Option("--json", help="One line of JSON instead of words.")]


@app.callback(invoke_without_command=True)
def local(
    context: typer.Context,
    data: Data = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The loopback port; 0 takes a free one. Default: the last one.")
    ] = None,
    vcpus: Annotated[int | None, typer.Option(min=1, help="How many vCPUs jobs may use. Default: all.")] = None,
    as_json: Json = False,
) -> None:
    """Run the plane in the foreground until Ctrl-C. A killed plane goes on where it stopped."""
    if context.invoked_subcommand is None:
        _run(_folder(data), port=port, vcpus=vcpus, as_json=as_json)


@app.command()
def token(
    owner: Annotated[str, typer.Argument(metavar="OWNER", help="Whom the token speaks for.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a token for an owner, and show it this once. The plane need not run."""
    folder = DataFolder(_folder(data))
    if not folder.is_plane:
        raise _refused(f"There is no plane in {folder.path}: run `batchplane local` first, or name its --data.")
    try:
        with closing(Database(folder.database)) as database:
            made = Tokens(database).mint(owner)
    except SubmissionInvalid as error:
        raise _refused(str(error)) from error
    typer.echo(json.dumps({"owner": owner, "token": made}) if as_json else made)


def _run(path: Path, *, port: int | None, vcpus: int | None, as_json: bool) -> None:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    stopped = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopped.set())

    # Imported late: the functions' library reads its settings as it is imported, and a token needs none of it.
    from batchplane_local.running import running
    from batchplane_local.server import PortTaken

    output = sys.stdout
    try:
        # What the functions log goes to standard error: standard output is for the one line.
        with redirect_stdout(sys.stderr), running(path, owner=_user(), port=port, vcpus=vcpus) as plane:
            plane_file = str(DataFolder(path).credentials)
            ready = {"url": plane.url, "credentials": plane_file}
            words = f"Batchplane answers at {plane.url}; clients find the token in {plane_file}. Ctrl-C stops it."
            typer.echo(json.dumps(ready) if as_json else words, file=output)
            stopped.wait()
    except (FolderRefused, PortTaken) as error:
        raise _refused(str(error)) from error


def _user() -> str:
    """Whom the first token is for: this user, where the system has a name for them that an owner may have."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return _NAMELESS
    return name if may_own(name) else _NAMELESS


def _folder(data: Path | None) -> Path:
    return (data or default_folder(os.environ, Path.home())).absolute()


def _refused(words: str) -> typer.Exit:
    typer.echo(f"batchplane: {words}", err=True)
    return typer.Exit(1)
