"""A whole embedded plane while a block runs: folder, ports, functions, gateway. Each starts after what it needs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from batchplane_local.aws_config import write_aws_config
from batchplane_local.batch.http.endpoint import Endpoint
from batchplane_local.batch.http.sigv4 import KeyPair
from batchplane_local.checkpoints import checkpointing
from batchplane_local.credentials import Credentials
from batchplane_local.data_folder import DataFolder
from batchplane_local.database import Database
from batchplane_local.environment import DeploymentSettings
from batchplane_local.expirer import expiring
from batchplane_local.functions.sources import fed
from batchplane_local.gateway.application import Gateway
from batchplane_local.gateway.io_routes import IoRoutes
from batchplane_local.gateway.long_polls import LongPolls
from batchplane_local.gateway.server import listen, served, url_of
from batchplane_local.plane import EngineSettings, LocalPlane, opened
from batchplane_local.tokens import Tokens
from lambdas.serve_api.handler import build as serve_api

_PORT_TAKEN = "Running jobs know the plane by its port: free it, or give another with --port."
_BATCH_PORT_TAKEN = "Free it, or give another with --batch-port."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a plane is to run."""

    #: Whom the first token is for, at the first start.
    owner: str
    #: The loopback port; the one of the last start where it is None, and at the first start a free one.
    port: int | None = None
    #: The Batch endpoint's; a free one for 0, no endpoint where it is None.
    batch_port: int | None = None
    #: Whose requests the Batch endpoint answers; the pair of the last start where it is None, at first a new one.
    key_pair: KeyPair | None = None
    #: How many days the plane keeps its records of jobs that have ended; for good where it is 0.
    retention_days: int = 0
    #: What it allows, and to whom; the first owner is an operator beside those that are named.
    deployment: DeploymentSettings = DeploymentSettings()
    engine: EngineSettings = EngineSettings()


@dataclass(frozen=True, kw_only=True)
class Running:
    """A plane that answers."""

    credentials: Credentials
    #: Where its Batch endpoint answers; None where it has none.
    batch_url: str | None


@contextmanager
def running(path: Path, settings: Settings) -> Iterator[Running]:
    """Run the plane of a folder, made where there is none; the block is given what a client needs.

    Raises:
        FolderRefused: Another plane runs over the folder, or other files lie there.
        PortTaken: Somebody else listens on a port.
    """
    folder = DataFolder(path)
    folder.prepare()
    with folder.locked(), closing(Database(folder.database)) as database:
        known = Credentials.read(folder.credentials)
        with _listening(known, settings) as (listener, batch_listener):
            url, tokens, key_pair = url_of(listener), Tokens(database), _key_pair(known, settings)
            credentials = _introduced(known, tokens, url=url, owner=settings.owner, key_pair=key_pair)
            allowed = settings.deployment
            with opened(
                folder,
                database,
                url=url,
                settings=replace(allowed, operators=allowed.operators | {credentials.owner}),
                retention_days=settings.retention_days,
                engine=settings.engine,
            ) as plane:
                polls = LongPolls(plane.records.listeners, plane.embedded_batch.logs.listening)
                gateway = _gateway(plane, tokens, polls, url=url)
                batch = _batch_served(plane, folder, batch_listener, key_pair)
                with (
                    fed(plane),
                    expiring(plane),
                    checkpointing(database, clock=plane.clock),
                    served(gateway, listener),
                    closing(polls),
                    batch as batch_url,
                ):
                    credentials.write(folder.credentials)
                    yield Running(credentials=credentials, batch_url=batch_url)


@contextmanager
def _listening(known: Credentials | None, settings: Settings) -> Iterator[tuple[socket.socket, socket.socket | None]]:
    """Both ports, before anything runs: the plane's and the Batch endpoint's, None where there is to be none."""
    last_port = known.port if known else 0
    port = last_port if settings.port is None else settings.port
    with closing(listen(port, otherwise=_PORT_TAKEN)) as listener:
        if settings.batch_port is None:
            yield listener, None
            return
        with closing(listen(settings.batch_port, otherwise=_BATCH_PORT_TAKEN)) as batch_listener:
            yield listener, batch_listener


def _gateway(plane: LocalPlane, tokens: Tokens, long_polls: LongPolls, *, url: str) -> Gateway:
    return Gateway(
        url=url,
        serve_api=serve_api(plane),
        tokens=tokens,
        io_routes=IoRoutes(bucket=plane.io_bucket, links=plane.links),
        long_polls=long_polls,
        quiet=plane.quiet,
        clock=plane.clock,
    )


@contextmanager
def _batch_served(
    plane: LocalPlane, folder: DataFolder, listener: socket.socket | None, key_pair: KeyPair
) -> Iterator[str | None]:
    """Serve the embedded Batch while the block runs, which is given the URL; None, and nothing, without a port."""
    if listener is None:
        yield None
        return
    url = url_of(listener)
    endpoint = Endpoint(plane.embedded_batch, url=url, key_pair=key_pair, clock=plane.clock)
    with closing(endpoint), served(endpoint, listener):
        write_aws_config(folder.aws_config, url=url, key_pair=key_pair)
        yield url


def _introduced(known: Credentials | None, tokens: Tokens, *, url: str, owner: str, key_pair: KeyPair) -> Credentials:
    """The credentials of the last start, at this start's address; at the first start, new ones."""
    if known and tokens.owner_of(known.token) == known.owner:
        return Credentials(url=url, token=known.token, owner=known.owner, key_pair=key_pair)
    return Credentials(url=url, token=tokens.mint(owner), owner=owner, key_pair=key_pair)


def _key_pair(known: Credentials | None, settings: Settings) -> KeyPair:
    """The pair that was brought, else that of the last start, else a new one."""
    return settings.key_pair or (known and known.key_pair) or KeyPair.made()
