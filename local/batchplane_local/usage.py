"""What owners use of one machine's plane: the port `controlplane.accepting.gate.Usage` over the database of records."""

from __future__ import annotations

from batchplane_local.database import Database
from controlplane.accepting.gate import MINUTE, InFlight

_SCHEMA = """
CREATE TABLE IF NOT EXISTS submission_rates (
    owner TEXT PRIMARY KEY,
    minute INTEGER NOT NULL,
    submissions INTEGER NOT NULL
) WITHOUT ROWID
"""
# Only where it is asked for: each job that begins or ends would write it.
_INDEX = "CREATE INDEX IF NOT EXISTS jobs_in_flight ON jobs (owner, status, vcpus) WHERE ended_at IS NULL"
_NO_INDEX = "DROP INDEX IF EXISTS jobs_in_flight"
# An array that has ended is open until the sweep closes it.
_IN_FLIGHT = """
SELECT count(*), coalesce(sum(vcpus), 0) FROM jobs
WHERE ended_at IS NULL AND owner = ? AND status NOT IN ('SUCCEEDED', 'FAILED')
"""
_RATE = "SELECT submissions FROM submission_rates WHERE owner = ? AND minute = ?"
_TAKE = "REPLACE INTO submission_rates VALUES (?, ?, ?)"


class SqliteUsage:
    """Counts exactly, as of now."""

    def __init__(self, database: Database, *, is_indexed: bool = True) -> None:
        """Lay out what is counted; `is_indexed` where somebody will ask for what is in flight."""
        self._database = database
        database.create(_SCHEMA)
        database.create(_INDEX if is_indexed else _NO_INDEX)

    def in_flight(self, owner: str) -> InFlight:
        """What an owner has in flight."""
        ((jobs, vcpus),) = self._database.read(_IN_FLIGHT, owner)
        return InFlight(jobs=jobs, vcpus=vcpus)

    def take(self, owner: str, *, count: int, most: int, at: int) -> int:
        """Count up to so many submissions in the minute of a moment, `most` in all; how many there are."""
        minute = at // MINUTE
        with self._database.write() as connection:
            row = connection.execute(_RATE, (owner, minute)).fetchone()
            used = row[0] if row else 0
            taken = max(0, min(count, most - used))
            if taken:
                connection.execute(_TAKE, (owner, minute, used + taken))
        return taken
