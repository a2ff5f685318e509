"""Moving files: inputs into the working directory, outputs out of it. Never holds a whole file in memory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from batchplane_runner.environment import JobIdentity
from batchplane_runner.errors import FileFailed, Gone, NameRefused, Refused, TryAgain
from batchplane_runner.exchange import chunks, exchange
from batchplane_runner.links import Link, Links, ask_links
from batchplane_runner.names import check_name, inside, place
from batchplane_runner.outputs import OutputFile, output_paths
from batchplane_runner.overrides import Overrides
from batchplane_runner.retry import Retry

#: How many upload links to ask for at once: few enough to use them all before they expire.
LINKS_AT_ONCE = 100
_KEPT = "the IOBucket keeps an upload for so many days only: submit the job anew, with its files"


def fetch_inputs(links: Links, folder: Path, retry: Retry) -> None:
    """Download each input of the job under its name. Raises RunnerError."""
    for link in links.inputs:
        path = place(link.name, folder)
        with _about(f"the input {ascii(link.name)}"):
            try:
                _fetch(link, path, retry)
            except Gone as error:
                raise Gone(f"{error}; {_KEPT}") from error


def fetch_overrides(links: Links, retry: Retry) -> Overrides:
    """What takes the place of what the container was given, if anything does. Raises RunnerError."""
    link = links.overrides
    if link is None:
        return Overrides()
    with _about("the job's overrides"):
        return retry(lambda: Overrides.read(link))


def send_outputs(job: JobIdentity, folder: Path, retry: Retry) -> None:
    """Upload each file below a folder. Those that are refused are reported after all others are up."""
    if folder.is_symlink():
        raise NameRefused(f"nothing is uploaded: the command has put a symbolic link in place of {folder}")
    refused: list[NameRefused] = []
    found = _measured(folder, refused)
    while page := tuple(islice(found, LINKS_AT_ONCE)):
        links = {link.name: link for link in lent(job, retry, page).uploads}
        for output in page:
            with _about(f"the output {ascii(output.name)}"):
                _send(output, links.get(output.name), retry)
    if refused:
        raise NameRefused("; ".join(map(str, refused)))


def lent(job: JobIdentity, retry: Retry, uploads: tuple[OutputFile, ...] = ()) -> Links:
    """What the plane lends the job: its inputs, and where these outputs go. Raises RunnerError."""
    with _about("the links to this job's files"):
        return retry(lambda: ask_links(job, uploads))


def _measured(folder: Path, refused: list[NameRefused]) -> Iterator[OutputFile]:
    for path, name in output_paths(folder):
        try:
            yield OutputFile.read(inside(path, name, folder), check_name(name))
        except NameRefused as error:
            refused.append(error)


def _fetch(link: Link, path: Path, retry: Retry) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        retry(lambda: _download(link, path))
    except OSError as error:
        raise FileFailed(f"it can't be written to {path} ({error.strerror})") from error


def _download(link: Link, path: Path) -> None:
    with exchange(link.method, link.url, headers=link.headers) as answer, _written_whole(path) as part:
        for chunk in chunks(answer):
            part.write(chunk)


@contextlib.contextmanager
def _written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file beside its place, moved there if the block ends well and removed if it does not."""
    with NamedTemporaryFile(dir=path.parent, prefix=".batchplane-", delete=False) as part:
        beside = Path(part.name)
        try:
            yield part
            part.flush()
            # A temporary file is its maker's alone; the command may run as somebody else.
            beside.chmod(0o644)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def _send(output: OutputFile, link: Link | None, retry: Retry) -> None:
    if link is None:
        raise Refused("the plane gave no link for it")
    try:
        retry(lambda: _upload(output, link))
    except OSError as error:
        raise FileFailed(f"it can't be read ({error.strerror})") from error


def _upload(output: OutputFile, link: Link) -> None:
    headers = {name: value for name, value in link.headers.items() if name.lower() != "content-length"}
    headers["Content-Length"] = str(output.size)
    with output.path.open("rb") as file, exchange(link.method, link.url, headers=headers, body=file):
        pass


@contextlib.contextmanager
def _about(subject: str) -> Iterator[None]:
    """Says what an error was about."""
    try:
        yield
    except (Refused, TryAgain, FileFailed) as error:
        raise type(error)(f"{subject}: {error}") from error
