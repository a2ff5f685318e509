"""Who is let through, where the store tells the truth late."""

from typing import Any

from controlplane.accepting.gate import Gate, InFlight
from controlplane.quota import Quota
from controlplane.records.record import born
from tests.builders import T0, submission

KEPT = submission(key="given:kept")


class LateRecords:
    """Records that list nothing yet, and have one."""

    def known(self, keys: Any) -> dict[Any, Any]:
        """Nothing, so far."""
        return {}

    def get(self, key: Any) -> Any:
        """The one."""
        return born(KEPT) if key.job_id == KEPT.job_id else None


class Full:
    """An owner who has all that one may."""

    def in_flight(self, owner: str) -> InFlight:
        """As much as the quota."""
        return InFlight(jobs=5, vcpus=5)

    def take(self, owner: str, *, count: int, most: int, at: int) -> int:
        """No room."""
        return 0


def test_what_was_kept_a_moment_ago_is_not_refused() -> None:
    """A list that is behind is not believed where it would refuse."""
    records: Any = LateRecords()
    gate = Gate(quota=Quota(jobs=5), usage=Full(), records=records, clock=lambda: T0)
    new = submission(key="given:new")

    assert {new.job_id} == set(gate.refused([KEPT, new]))
