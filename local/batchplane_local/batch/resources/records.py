"""The catalogue as operations change it: on the engine's thread, and answered once it is on disk. Decides nothing.

What each kind of record may hold is its own operations' business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.bounds.limits import page_size
from batchplane_local.batch.engine import Engine
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.names import Place
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.resources.catalogue import (
    COMPUTE_ENVIRONMENT,
    JOB_QUEUE,
    SCHEDULING_POLICY,
    Catalogue,
    Resource,
)

Request = Mapping[str, Any]
Operation = Callable[[Request], dict[str, Any]]
_NOT_FOUND = {
    COMPUTE_ENVIRONMENT: "Compute environment {} does not exist",
    JOB_QUEUE: "JobQueue {} not found.",
    SCHEDULING_POLICY: "Scheduling policy {} does not exist",
}


@dataclass(frozen=True, kw_only=True)
class Records:
    """The catalogue of one embedded Batch, to be changed."""

    engine: Engine
    ledger: Ledger
    catalogue: Catalogue
    place: Place

    def changing(self, operation: Operation) -> Operation:
        """The operation, run on the engine's thread, where everything below belongs."""

        def change(request: Request) -> dict[str, Any]:
            return self.engine.do(lambda: operation(request))

        return change

    def create(self, kind: str, name: str, document: dict[str, Any]) -> None:
        """Keep a new record; refused where there is one with its name."""
        if self.catalogue.find(kind, name) is not None:
            raise Refused(f"Object already exists: {self.place.batch(kind, name)}")
        self.keep(kind, name, document)

    def keep(self, kind: str, name: str, document: dict[str, Any]) -> None:
        """Keep a record as it now is."""
        self.ledger.changes.resources.append(self.catalogue.put(kind, name, document))

    def update(self, resource: Resource, members: Mapping[str, Any]) -> None:
        """Give a record other members; refused for one that is being deleted."""
        if resource.is_deleting:
            raise Refused("Cannot update, resource is being modified")
        self.keep(resource.kind, resource.name, {**resource.document, **members})

    def remove(self, resource: Resource) -> None:
        """Let go of a record."""
        self.catalogue.remove(resource)
        self.ledger.changes.removed.append(resource.key)

    def known(self, kind: str, name_or_arn: str) -> Resource:
        """The record with this name or ARN; refused where there is none."""
        resource = self.catalogue.find(kind, name_or_arn)
        if resource is None:
            raise Refused(_NOT_FOUND[kind].format(name_or_arn))
        return resource

    def deletable(self, kind: str, name_or_arn: str) -> Resource:
        """The record, where it may be deleted: it must be DISABLED."""
        resource = self.known(kind, name_or_arn)
        if resource.is_deleting:
            raise Refused("Cannot delete, resource is being modified")
        if resource.is_enabled:
            raise Refused(f"Cannot delete, {self.place.batch(kind, resource.name)} must be DISABLED first, is ENABLED")
        return resource

    def named(self, kind: str, names: Sequence[str] | None) -> list[Resource]:
        """The records with these names or ARNs, unknown ones left out; all of the kind where none is named."""
        if not names:
            return self.catalogue.all(kind)
        found = (self.catalogue.find(kind, name) for name in names)
        return [resource for resource in found if resource is not None]


def page(member: str, documents: Sequence[dict[str, Any]], request: Request) -> dict[str, Any]:
    """A page of an answer; the token is the place of the next record."""
    token = request.get("nextToken", "0")
    if not token.isascii() or not token.isdecimal():
        raise Refused(f"Invalid nextToken {token}")
    start, size = int(token), page_size(request)
    answer: dict[str, Any] = {member: list(documents[start : start + size])}
    if start + size < len(documents):
        answer["nextToken"] = str(start + size)
    return answer
