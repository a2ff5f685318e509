"""The job records of the embedded plane: the port `controlplane.records.port.Records` over SQLite."""

from batchplane_local.records.store import SqliteRecords

__all__ = ["SqliteRecords"]
