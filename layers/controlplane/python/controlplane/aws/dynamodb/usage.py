"""What owners use, in the table: an index of what is in flight, which jobs leave as they end, and a count a minute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from controlplane.accepting.gate import MINUTE, InFlight
from controlplane.aws.dynamodb.table import Table
from controlplane.aws.dynamodb.update import Update
from controlplane.job import Status

#: How long a minute's count is kept, in seconds: no clock of a function is so far behind.
_KEPT_SECONDS = 3600
_OVER = frozenset(status.value for status in Status if status.is_terminal)


class DynamoUsage:
    """The port `controlplane.accepting.gate.Usage` over the table of records."""

    def __init__(self, client: Any, *, table: str, clock: Callable[[], int]) -> None:
        self._table = Table(client, table, clock=clock)

    def in_flight(self, owner: str) -> InFlight:
        """A query a megabyte of the index, some 6,000 jobs, eventually consistent.

        An array that has ended stands there until the sweep closes it, and counts no more. A part of an array says no
        vCPUs: the array does.
        """
        request = {
            "IndexName": "inFlight",
            "KeyConditionExpression": "#owner = :owner",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":owner": {"S": owner}},
        }
        open_jobs = (item for item in self._table.walk(request) if item["status"]["S"] not in _OVER)
        vcpus = [int(item["vcpus"]["N"]) for item in open_jobs if "vcpus" in item]
        return InFlight(jobs=len(vcpus), vcpus=sum(vcpus))

    def take(self, owner: str, *, count: int, most: int, at: int) -> int:
        """A conditional ADD; where not all have room, another for those that have."""
        minute = at // MINUTE
        key = {"pk": {"S": f"rate#{owner}#{minute}"}, "sk": {"S": "RATE"}}
        wanted = min(count, most)
        while wanted > 0:
            update = Update().add("submissions", wanted)
            update.set({"expiresAt": {"N": str(minute * MINUTE // 1000 + _KEPT_SECONDS)}})
            name = update.name("submissions")
            room = update.value({"N": str(most - wanted)})
            update.require(f"(attribute_not_exists({name}) OR {name} <= {room})")
            old = self._table.update(key, update)
            if old is None:
                return wanted
            wanted = min(wanted - 1, most - int(old["submissions"]["N"]))  # it only grows: this ends
        return 0
