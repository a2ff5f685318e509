"""A ring over SQLite: two threads of the one process that owns the file meet at every read and every transaction.

Within a transaction nobody meets: it is alone, and `test_weakened` shows that it must be.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from batchplane_local.definitions import SqliteDefinitions
from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from batchplane_local.usage import SqliteUsage
from tests.builders import T0
from tests.chaos.baton import Baton, every_schedule
from tests.chaos.ring import DAYS, Duel, Ring
from tests.chaos.seams import Faults, SeamedDatabase
from tests.chaos.table import TableInMemory


def wrongs_over_sqlite(duel: Duel) -> Iterator[str]:
    """What is wrong after any schedule of a duel."""
    with TemporaryDirectory() as folder:
        for number, choose in enumerate(every_schedule()):
            baton, now = Baton(choose), [T0]
            faults = Faults(Random(0), rate=0)  # noqa: S311 - dice, not a secret
            path = Path(folder) / f"{number}.db"
            with closing(SeamedDatabase(path, baton=baton, faults=faults)) as database:
                yield from duel(_ring(database, baton, now))
            path.unlink()


def _ring(database: SeamedDatabase, baton: Baton, now: list[int]) -> Ring:
    changes = Queue(database, "record-changes", clock=lambda: now[0])
    records = SqliteRecords(database, changes=changes, retention_days=DAYS, clock=lambda: now[0])
    return Ring(
        table=TableInMemory(),  # that no duel looks at which is played here
        records=records,
        whole=records,
        usage=SqliteUsage(database),
        definitions=SqliteDefinitions(database),
        baton=baton,
        expire=lambda: records.delete_expired(limit=500) and None,
        now=now,
    )
