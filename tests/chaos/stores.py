"""Both implementations of the port `Records`, each opened twice over the same data: torn at every seam, and whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.records.port import Records
from tests.chaos.baton import Baton
from tests.chaos.seams import Faults, SeamedClient, SeamedDatabase
from tests.chaos.table import TableInMemory

Clock = Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class Store:
    """One store."""

    #: As handlers use it.
    torn: Records
    #: As a test looks at what has become of it.
    whole: Records
    #: How often each job was told of as FAILED, by its id; None where a stream of the table's own does it.
    announced: Callable[[], Counter[str]] | None = None


#: Opens an empty store.
Opens = Callable[[Baton, Faults, Clock], AbstractContextManager[Store]]
#: Puts something between the adapter and its client, or its database.
Weaken = Callable[[Any], Any]


def in_dynamodb(client: Any, table: str = "chaos", *, weaken: Weaken = lambda client: client) -> Opens:
    """A store in a table that is empty."""

    @contextmanager
    def opened(baton: Baton, faults: Faults, clock: Clock) -> Iterator[Store]:
        seamed = SeamedClient(client, baton=baton, faults=faults)
        yield Store(
            torn=DynamoRecords(weaken(seamed), table=table, clock=clock),
            whole=DynamoRecords(client, table=table, clock=clock),
        )

    return opened


def in_memory(*, weaken: Weaken = lambda client: client) -> Opens:
    """A store in a table in memory, a new one each time."""

    def opened(baton: Baton, faults: Faults, clock: Clock) -> AbstractContextManager[Store]:
        return in_dynamodb(TableInMemory(), weaken=weaken)(baton, faults, clock)

    return opened


@contextmanager
def in_sqlite(
    baton: Baton, faults: Faults, clock: Clock, *, database_of: type[SeamedDatabase] = SeamedDatabase
) -> Iterator[Store]:
    """A store in a database, a new one each time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plane.db"
        with closing(Database(path)) as whole, closing(database_of(path, baton=baton, faults=faults)) as torn:
            changes = Queue(whole, "record-changes", clock=clock)
            records = SqliteRecords(whole, changes=changes, clock=clock)
            rate, faults.rate = faults.rate, 0.0
            seamed = SqliteRecords(torn, changes=Queue(torn, "record-changes", clock=clock), clock=clock)
            faults.rate = rate
            yield Store(torn=seamed, whole=records, announced=lambda: _announced(whole))


def _announced(database: Database) -> Counter[str]:
    rows = database.read("SELECT body FROM messages WHERE queue = 'record-changes'")
    return Counter(json.loads(body)["Keys"]["pk"]["S"] for (body,) in rows)
