"""The record of an array's child, from what was told of it and how it stands. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from controlplane.aws.dynamodb.child_rows import Told
from controlplane.aws.dynamodb.child_states import ChildStates, order_of, state_of
from controlplane.records.record import JobRecord, RecordKey, decide, merge


def child_record(key: RecordKey, rows: Iterable[Told], states: ChildStates, *, place: int) -> JobRecord | None:
    """The pure `merge` of all that was told of a child, as far as its state has come; None where nothing was told.

    A change ahead of the state is of a delivery that has not come through, and will be made again. Of two ends that
    disagree the state knows the one that stands: it is merged first, and so absorbs the other.
    """
    state = states.states[place]
    known = list(rows) if states.is_known(place) else []
    is_decided = any(row.is_answer and state_of(row.change) == state for row in known)
    # Batch may answer with less than was told: that is history all the same.
    told = [row for row in known if is_decided or order_of(state_of(row.change)) <= order_of(state)]
    if not told:
        return None
    told.sort(key=lambda row: (state_of(row.change) != state, row.change.at, row.change.transition))
    record = merge(None, key, *(row.change for row in told))
    answers = [row.change for row in told if row.is_answer and state_of(row.change) == state]
    if answers:
        record = decide(record, answers[-1])
    lost_at = states.lost.get(place)
    if lost_at is not None:
        record = replace(record, lost=True, changed_at=lost_at)
    return replace(record, missed_at=states.missed.get(place))
