"""How much one owner may have at once, as a deployment sets it. Does no I/O; counts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Quota:
    """Bounds of each owner by themselves; 0 is no bound."""

    #: Jobs that are not over; an array is one.
    jobs: int = 0
    #: vCPUs that those reserve together, waiting or running.
    vcpus: int = 0
    #: Submissions that are taken in one minute of the clock.
    submissions_per_minute: int = 0

    @classmethod
    def from_wire(cls, document: Mapping[str, Any]) -> Quota:
        """Read the one in a deployment's document."""
        return cls(
            jobs=document["jobs"],
            vcpus=document["vcpus"],
            submissions_per_minute=document["submissionsPerMinute"],
        )

    @property
    def is_in_flight(self) -> bool:
        """Whether what an owner has in flight is bounded."""
        return bool(self.jobs or self.vcpus)

    @property
    def is_on(self) -> bool:
        """Whether anything is bounded: only then is anything counted."""
        return self.is_in_flight or bool(self.submissions_per_minute)
