"""Bringing changes to one record while a write transaction lasts. What they do to it the pure `record` decides."""

from __future__ import annotations

from batchplane_local.database import FAILURES
from batchplane_local.records.rows import Rows
from controlplane.records import record
from controlplane.records.port import Merge
from controlplane.records.record import Outcome


def merged(rows: Rows, merge: Merge) -> Outcome | Exception:
    """Bring changes to one record; what can't be done to it stops no other."""
    try:
        before = known = rows.get(merge.key)
        deleted = rows.deleted(merge.key.job_id) if known is None and merge.ours else None
        if deleted:
            return record.strongest([record.outcome_for_deleted(*deleted, change) for change in merge.changes])
        outcomes = []
        for change in merge.changes:
            outcome = record.outcome(known, change, ours=merge.ours)
            outcomes.append(outcome)
            if outcome not in (Outcome.STRANGE, Outcome.DUPLICATE):
                known = record.merge(known, merge.key, change)
        if known is not None and known != before:
            rows.put(known)
        return record.strongest(outcomes)
    except FAILURES:
        raise
    except Exception as error:
        return error
