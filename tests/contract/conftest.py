"""Both planes' implementations of each port. A suite asks for one by its fixture, and is run over both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path

import pytest
from moto import mock_aws

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.records.port import Records
from tests.builders import T0
from tests.contract.deployed import OneAtATime, client, create_table
from tests.local.clocks import Clock

PLANES = ("embedded", "aws")
NewDatabase = Callable[[], Database]
NewRecords = Callable[[], Records]


@pytest.fixture
def clock() -> Clock:
    """Time passes by hand."""
    return Clock()


@contextmanager
def keeping(plane: str, new_database: NewDatabase, *, clock: Clock, retention_days: int = 0) -> Iterator[Records]:
    """An empty store of one plane's that keeps what has ended for so many days, for good where that is 0."""
    if plane == "embedded":
        database = new_database()
        changes = Queue(database, "record_changes", clock=clock)
        yield SqliteRecords(database, changes=changes, retention_days=retention_days, clock=clock)
    else:
        with mock_aws():
            table = OneAtATime(client("dynamodb"))
            yield DynamoRecords(table, table=create_table(table), retention_days=retention_days, clock=clock)


@pytest.fixture(scope="module")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """Makes databases in files of their own; all are closed in the end."""
    with ExitStack() as opened:
        numbers = count(1)
        folder: Path = tmp_path_factory.mktemp("databases")
        yield lambda: opened.enter_context(closing(Database(folder / f"{next(numbers)}.sqlite")))


@pytest.fixture(scope="module", params=PLANES)
def new_records(request: pytest.FixtureRequest) -> Iterator[NewRecords]:
    """Makes empty stores of records."""
    if request.param == "embedded":
        new_database = request.getfixturevalue("new_database")

        def embedded() -> Records:
            database = new_database()
            return SqliteRecords(database, changes=Queue(database, "record_changes", clock=lambda: T0))

        yield embedded
    else:
        with mock_aws():
            dynamodb = OneAtATime(client("dynamodb"))
            yield lambda: DynamoRecords(dynamodb, table=create_table(dynamodb), clock=lambda: T0)


@pytest.fixture
def records(new_records: NewRecords) -> Records:
    """An empty store of records."""
    return new_records()
