"""A whole embedded plane while a block runs: folder, ports, functions, gateway. Each starts after what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from batchplane_local.credentials import Credentials
from batchplane_local.data_folder import DataFolder
from batchplane_local.database import Database
from batchplane_local.functions import fed
from batchplane_local.gateway import Gateway
from batchplane_local.io_routes import IoRoutes
from batchplane_local.plane import LocalPlane, opened
from batchplane_local.server import listen, served, url_of
from batchplane_local.tokens import Tokens
from lambdas.serve_api.handler import build as serve_api


@contextmanager
def running(path: Path, *, owner: str, port: int | None = None, vcpus: int | None = None) -> Iterator[Credentials]:
    """Run the plane of a folder; the block is given what a client needs.

    Args:
        path: The data folder; made where there is none.
        owner: Whom the first token is for, at the first start.
        port: The loopback port; the one of the last start where it is None, and at the first start a free one.
        vcpus: How many vCPUs jobs may use together; all of the machine's where it is None.

    Raises:
        FolderRefused: Another plane runs over the folder, or other files lie there.
        PortTaken: Somebody else listens on the port.
    """
    folder = DataFolder(path)
    folder.prepare()
    with folder.locked(), closing(Database(folder.database)) as database:
        known = Credentials.read(folder.credentials)
        last_port = known.port if known else 0
        with closing(listen(last_port if port is None else port)) as listener:
            url, tokens = url_of(listener), Tokens(database)
            credentials = _introduced(known, tokens, url=url, owner=owner)
            with opened(folder, database, url=url, vcpus=vcpus) as plane:
                gateway = _gateway(plane, tokens, url=url)
                with fed(plane), closing(gateway), served(gateway, listener):
                    credentials.write(folder.credentials)
                    yield credentials


def _gateway(plane: LocalPlane, tokens: Tokens, *, url: str) -> Gateway:
    io_routes = IoRoutes(bucket=plane.io_bucket, links=plane.links)
    return Gateway(url=url, serve_api=serve_api(plane), tokens=tokens, io_routes=io_routes, clock=plane.clock)


def _introduced(known: Credentials | None, tokens: Tokens, *, url: str, owner: str) -> Credentials:
    """The credentials of the last start, at this start's address; at the first start, new ones."""
    if known and tokens.owner_of(known.token) == known.owner:
        return Credentials(url=url, token=known.token, owner=known.owner)
    return Credentials(url=url, token=tokens.mint(owner), owner=owner)
