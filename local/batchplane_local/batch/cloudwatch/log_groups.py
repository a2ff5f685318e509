"""The log groups that there are: those that job definitions write to, and how their streams' names begin. Reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.jobs.container import log_group_of, log_streams_of
from batchplane_local.batch.jobs.node_properties import containers_in
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.resources.catalogue import JOB_DEFINITION

_GROUP_IN_ARN = ":log-group:"


class NoSuchLog(Exception):
    """There is no such log group, or no such log stream (yet)."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The specified log {what} does not exist.")


@dataclass(frozen=True, kw_only=True)
class LogGroups:
    """All log groups of one embedded Batch."""

    reading: Reading

    def names(self) -> list[str]:
        """Every group, by name."""
        return sorted({group for group, _, _ in self._written()})

    def beginnings(self, group: str) -> dict[str, list[str]]:
        """What the names of a group's streams begin with, and the definitions, `name:revision`, whose are like this.

        Raises NoSuchLog where no definition writes to the group.
        """
        beginnings: dict[str, list[str]] = {}
        for each, beginning, definition in self._written():
            if each == group:
                beginnings.setdefault(beginning, []).append(definition)
        if not beginnings:
            raise NoSuchLog("group")
        return beginnings

    def _written(self) -> Iterator[tuple[str, str, str]]:
        """Groups, what names of streams in them begin with, and the definition by which they do; some repeatedly."""
        for resource in self.reading.resources():
            if resource.kind == JOB_DEFINITION:
                name = resource.name.partition(":")[0]
                for container in containers_in(resource.document):
                    yield log_group_of(container), log_streams_of(container, name), resource.name


def group_in(request: Mapping[str, Any]) -> str:
    """The group that a request names, by logGroupName or by logGroupIdentifier. Raises Refused."""
    names = [request[member] for member in ("logGroupName", "logGroupIdentifier") if member in request]
    if len(names) != 1:
        raise Refused(f"Exactly one of logGroupName and logGroupIdentifier must be given, not {len(names)}.")
    return str(names[0]).rpartition(_GROUP_IN_ARN)[2].removesuffix(":*")
