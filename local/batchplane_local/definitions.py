"""Registered job definitions of one machine's plane: the port `DefinitionRegistry` over the database of records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from batchplane_local.database import Database
from controlplane.definitions.registered import RegisteredDefinition

_SCHEMA = """
CREATE TABLE IF NOT EXISTS definitions (
    name TEXT PRIMARY KEY,
    arn TEXT NOT NULL,
    revision INTEGER NOT NULL,
    image TEXT NOT NULL,
    runner INTEGER NOT NULL,
    vcpus INTEGER NOT NULL,
    memory INTEGER NOT NULL,
    gpus INTEGER NOT NULL,
    owner TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    told TEXT NOT NULL,
    is_active INTEGER NOT NULL
) WITHOUT ROWID
"""
_COLUMNS = "name, arn, image, runner, vcpus, memory, gpus, owner, registered_at, told, is_active"
_FIND = f"SELECT {_COLUMNS} FROM definitions WHERE name = ?"  # noqa: S608 - our own columns
_LIST = f"SELECT {_COLUMNS} FROM definitions WHERE is_active ORDER BY name"  # noqa: S608 - our own columns
_KEEP = f"""
INSERT INTO definitions ({_COLUMNS}, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET
    arn = excluded.arn, image = excluded.image, runner = excluded.runner, vcpus = excluded.vcpus,
    memory = excluded.memory, gpus = excluded.gpus, owner = excluded.owner, registered_at = excluded.registered_at,
    told = excluded.told, is_active = excluded.is_active, revision = excluded.revision
WHERE excluded.revision > definitions.revision
"""  # noqa: S608 - our own columns
_RETIRE = "UPDATE definitions SET is_active = 0 WHERE name = ? AND arn = ?"


class SqliteDefinitions:
    """A table of its own."""

    def __init__(self, database: Database) -> None:
        """Lay it out."""
        self._database = database
        database.create(_SCHEMA)

    def find(self, name: str) -> RegisteredDefinition | None:
        """The one of this short name, also one that was deregistered."""
        return next(map(_from_row, self._database.read(_FIND, name)), None)

    def list_registered(self) -> Sequence[RegisteredDefinition]:
        """All that can be named, by name."""
        return [_from_row(row) for row in self._database.read(_LIST)]

    def keep(self, definition: RegisteredDefinition) -> bool:
        """Keep it in the place of an earlier revision; False where this one or a later one stands."""
        each, told = definition, json.dumps(definition.told)
        row = (each.name, each.arn, each.image, each.runner, each.vcpus, each.memory, each.gpus)
        with self._database.write() as connection:
            done = connection.execute(
                _KEEP, (*row, each.owner, each.registered_at, told, each.is_active, each.revision)
            )
            return done.rowcount > 0

    def retire(self, definition: RegisteredDefinition) -> bool:
        """Let nobody name it any more; False where another revision stands there by now."""
        with self._database.write() as connection:
            return connection.execute(_RETIRE, (definition.name, definition.arn)).rowcount > 0


def _from_row(row: tuple[Any, ...]) -> RegisteredDefinition:
    name, arn, image, runner, vcpus, memory, gpus, owner, registered_at, told, is_active = row
    return RegisteredDefinition(
        name=name,
        arn=arn,
        image=image,
        runner=bool(runner),
        vcpus=vcpus,
        memory=memory,
        gpus=gpus,
        owner=owner,
        registered_at=registered_at,
        told=json.loads(told),
        is_active=bool(is_active),
    )
