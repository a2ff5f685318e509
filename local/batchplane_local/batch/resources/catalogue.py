"""The records jobs are submitted against: environments, queues, definitions, scheduling policies. Does no I/O.

Written on the engine's thread alone; read from any.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.names import name_in
from batchplane_local.batch.refused import Refused

COMPUTE_ENVIRONMENT = "compute-environment"
JOB_QUEUE = "job-queue"
JOB_DEFINITION = "job-definition"
SCHEDULING_POLICY = "scheduling-policy"
#: The status of a record that goes when nothing is left in it.
DELETING = "DELETING"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One record; a change makes a new Resource with the same key."""

    #: Row in the database, never used again for another.
    key: int
    #: `compute-environment`, `job-queue`, `job-definition` or `scheduling-policy`, as in its ARN.
    kind: str
    #: Unique within the kind; `name:revision` for a definition.
    name: str
    #: What the service's Describe call answers for it.
    document: dict[str, Any]

    @property
    def is_enabled(self) -> bool:
        """True unless its state was set to DISABLED."""
        return bool(self.document.get("state", "ENABLED") == "ENABLED")

    @property
    def is_deleting(self) -> bool:
        """True once it was deleted while something was left in it."""
        return bool(self.document.get("status") == DELETING)


class Catalogue:
    """All records of one embedded Batch."""

    def __init__(self, resources: Iterable[Resource], *, last_key: int = 0) -> None:
        self._resources: dict[str, dict[str, Resource]] = {
            kind: {} for kind in (COMPUTE_ENVIRONMENT, JOB_QUEUE, JOB_DEFINITION, SCHEDULING_POLICY)
        }
        self._revisions: dict[str, int] = {}
        #: The highest key that was ever given: a deleted record's key is never given to another.
        self._last_key = last_key
        for resource in resources:
            self._keep(resource)

    def all(self, kind: str) -> list[Resource]:
        """Every record of a kind, oldest first."""
        return list(self._resources[kind].values())

    def find(self, kind: str, name_or_arn: str) -> Resource | None:
        """The record with this name or ARN; None where there is none."""
        return self._resources.get(kind, {}).get(name_in(name_or_arn))

    def environment_named(self, key: int) -> str:
        """The name of the compute environment with this key; empty where there is none."""
        return next((resource.name for resource in self.all(COMPUTE_ENVIRONMENT) if resource.key == key), "")

    def put(self, kind: str, name: str, document: dict[str, Any]) -> Resource:
        """Keep a new record, or a new document for the one with this name."""
        known = self._resources[kind].get(name)
        key = known.key if known else self._last_key + 1
        return self._keep(Resource(key=key, kind=kind, name=name, document=document))

    def remove(self, resource: Resource) -> None:
        """Let go of a record."""
        del self._resources[resource.kind][resource.name]

    def next_revision(self, definition_name: str) -> int:
        """The revision that the next definition of this name gets, from 1."""
        return self._revisions.get(definition_name, 0) + 1

    def queue_for(self, name_or_arn: str) -> Resource:
        """The queue that a job is submitted to; refused where there is none, or none that takes jobs."""
        queue = self.find(JOB_QUEUE, name_or_arn)
        if queue is None:
            raise Refused(f"JobQueue {name_or_arn} not found.")
        if not queue.is_enabled:
            raise Refused(f"JobQueue {name_or_arn} is DISABLED and takes no jobs")
        return queue

    def definition_for(self, name_or_arn: str) -> Resource:
        """The active revision a submission names, the newest active one where it names none; else refused."""
        name, _, revision = name_in(name_or_arn).partition(":")
        revisions = [revision] if revision else range(self._revisions.get(name, 0), 0, -1)
        for candidate in revisions:
            definition = self._resources[JOB_DEFINITION].get(f"{name}:{candidate}")
            if definition is not None and definition.document["status"] == "ACTIVE":
                return definition
        raise Refused(f"JobDefinition name {name_or_arn} does not exist or is not in ACTIVE status")

    def _keep(self, resource: Resource) -> Resource:
        self._resources[resource.kind][resource.name] = resource
        self._last_key = max(self._last_key, resource.key)
        if resource.kind == JOB_DEFINITION:
            name, _, revision = resource.name.partition(":")
            self._revisions[name] = max(self._revisions.get(name, 0), int(revision))
        return resource
