"""Where few actors meet over one store, at every call and in every order. Nothing goes wrong but that they meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from controlplane.accepting.gate import Usage
from controlplane.aws.dynamodb.definitions import DynamoDefinitions
from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.aws.dynamodb.usage import DynamoUsage
from controlplane.batch.state_change import StateChange
from controlplane.definitions.registered import DefinitionRegistry
from controlplane.records.port import Records
from controlplane.records.record import RecordKey
from tests.builders import BATCH_JOB_ID, T0, bring, change, submission
from tests.chaos.baton import Actor, Baton, Choose, every_schedule
from tests.chaos.seams import Faults, SeamedClient
from tests.chaos.stores import Weaken
from tests.chaos.table import TableInMemory

OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)
NAME = OURS.batch_job_name
END = change("SUCCEEDED", name=NAME, at=T0 + 9000)
#: A job that nobody has submitted through the plane.
THEIRS = RecordKey(job_id=BATCH_JOB_ID)
#: Retention in every ring.
DAYS = 30
DAY = 24 * 60 * 60 * 1000


@dataclass(kw_only=True)
class Ring:
    """A store with retention, and a table that forgets."""

    table: TableInMemory
    #: As it is used by actors, who rest at every call, and without a rest between.
    records: Records
    whole: Records
    usage: Usage
    definitions: DefinitionRegistry
    baton: Baton
    #: Delete all that has expired, as its plane does in its own time.
    expire: Callable[[], None]
    now: list[int] = field(default_factory=lambda: [T0])

    def meet(self, *actors: Actor) -> None:
        """Let them act at the same time."""
        self.baton.run(actors)

    def ours(self, *changes: StateChange) -> None:
        """A job of ours of which this was told, each change by itself."""
        self.records.create(OURS)
        for each in changes:
            bring(self.records, KEY, each, ours=True)

    def item(self, sort_key: str) -> Mapping[str, Any]:
        """What really stands in the table beside our record; nothing where there is nothing."""
        found: Mapping[str, Any] = self.table.get_item(Key={"pk": {"S": OURS.job_id}, "sk": {"S": sort_key}})
        return found.get("Item", {})


#: A meeting, and what was wrong after it.
Duel = Callable[[Ring], Iterator[str]]


def wrongs_in(duel: Duel, *, weaken: Weaken = lambda client: client) -> Iterator[str]:
    """What is wrong after any schedule of a duel."""
    for choose in every_schedule():
        yield from duel(_ring(choose, weaken))


def play_once(duel: Duel) -> list[str]:
    """What is wrong after one schedule: whoever can goes on."""
    return list(duel(_ring(lambda _: 0, lambda client: client)))


def _ring(choose: Choose, weaken: Weaken) -> Ring:
    table, baton, now = TableInMemory(), Baton(choose), [T0]
    faults = Faults(Random(0), rate=0)  # noqa: S311 - dice, not a secret
    seamed = weaken(SeamedClient(table, baton=baton, faults=faults))
    stores = [
        DynamoRecords(client, table="ring", clock=lambda: now[0], retention_days=DAYS)
        for client in (seamed, weaken(table))
    ]
    usage = DynamoUsage(seamed, table="ring", clock=lambda: now[0])
    definitions = DynamoDefinitions(seamed, table="ring", clock=lambda: now[0])
    return Ring(
        table=table,
        records=stores[0],
        whole=stores[1],
        usage=usage,
        definitions=definitions,
        baton=baton,
        expire=lambda: table.let_go_expired(now=now[0]),
        now=now,
    )
