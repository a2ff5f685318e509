"""The sweep over arrays and their children: asks Batch after each that is not known to have ended.

A walk over all open arrays with a bookmark that may lie inside one. An array stays open after its end until all its
children have ended too. There is no test of quietness for a child: where ten thousand states are packed to a byte
each, no times are kept beside them. Its array's own is taken.

Multi-node parallel jobs and their nodes are looked at in the same way. AWS does not say whether nodes send events:
where none does, this is what tells of them. After the job's end every node is asked after, for one that is known to
have ended may have been tried again with its job.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import msgspec

from controlplane.batch.port import DESCRIBE_LIMIT
from controlplane.job import JobType
from controlplane.reconciling.closer import Closer
from controlplane.reconciling.inquiry import Bounds, Inquiry
from controlplane.reconciling.reconcile import Descriptions, compare, compare_children, is_outlived, is_quiet, together
from controlplane.records.port import Records
from controlplane.records.record import JobRecord, RecordKey, keys_of

#: Pages of open records that one run reads, each of so many.
PAGES_A_RUN, PAGE_RECORDS = 20, 100
#: An array of 10,000 in one run; four million children a day. A call takes a fraction of a second.
BOUNDS = Bounds(calls=150, milliseconds=60_000)
#: Where the walk goes on: a `Place`.
BOOKMARK = "open arrays"


#: Arrays that are still to be looked at: their job ids, each with the first index.
Arrays = tuple[tuple[str, int], ...]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the walk stands."""

    #: Of the page at hand.
    arrays: Arrays = ()
    #: After that page.
    cursor: str | None = None


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Some children of an array that are not known to have ended."""

    array: JobRecord
    batch_job_id: str
    size: int
    #: How far each is known to have come, by index.
    orders: Mapping[int, int]
    #: The index after the last one; the array's size at its end.
    end: int

    @property
    def ids(self) -> list[str]:
        """Whom to ask Batch after: the array itself too, so that both are looked at at once."""
        parent = [self.batch_job_id] if self.array.is_open else []
        return parent + [self.array.id_of(index) for index in self.orders]

    @property
    def is_of_ended_nodes(self) -> bool:
        """Whether its multi-node parallel job has ended, and the nodes' ends with it."""
        return self.array.type is JobType.MULTI_NODE and self.array.status.is_terminal


@dataclass(frozen=True, kw_only=True)
class ArraySweep:
    """Looks at arrays and their children."""

    records: Records
    bounds: Bounds = BOUNDS

    def run(self, inquiry: Inquiry) -> None:
        """Go on with the walk, to its end or to the bounds of a run."""
        place = self._walked(_read(self.records.bookmark(BOOKMARK)), inquiry)
        for _ in range(PAGES_A_RUN):
            if place.arrays or not inquiry.may_ask:
                return
            page = inquiry.open_page(place.cursor, limit=PAGE_RECORDS)
            self._close_wholes(page.records, inquiry)
            place = self._walked(Place(arrays=_arrays(page.records, now=inquiry.now), cursor=page.cursor), inquiry)
            if page.cursor is None:
                return

    def _walked(self, place: Place, inquiry: Inquiry) -> Place:
        """Look at the arrays at hand, as many as the bounds let; the place after them."""
        while place.arrays and inquiry.may_ask:
            stretches, rest = self._next(place.arrays, inquiry)
            unanswered = inquiry.tally.unanswered
            inquiry.attempt(partial(self._look, stretches, inquiry))
            if inquiry.tally.unanswered > unanswered:
                continue  # no part of an array is passed by: what ends its walk must have seen it whole
            place = Place(arrays=rest, cursor=place.cursor)
            self._keep(place)
        self._keep(place)
        return place

    def _keep(self, place: Place) -> None:
        self.records.keep_bookmark(BOOKMARK, None if place == Place() else msgspec.json.encode(place).decode())

    def _next(self, arrays: Arrays, inquiry: Inquiry) -> tuple[list[Stretch], Arrays]:
        """Stretches of one array after the other for one DescribeJobs, and what is left."""
        stretches: list[Stretch] = []
        waiting = list(arrays)
        room = DESCRIBE_LIMIT
        while waiting and room > 1:
            job_id, first = waiting.pop(0)
            stretch = self._stretch(job_id, first, room - 1, inquiry)
            if stretch is None:
                continue
            stretches.append(stretch)
            room -= len(stretch.ids)
            if stretch.end < stretch.size:
                waiting.insert(0, (job_id, stretch.end))
        return stretches, tuple(waiting)

    def _stretch(self, job_id: str, first: int, limit: int, inquiry: Inquiry) -> Stretch | None:
        """An array's stretch from an index on; None where it can't be read, or has gone."""
        try:
            array = self.records.get(RecordKey(job_id=job_id))
            if array is None or array.size is None or array.batch_job_id is None:
                return None
            size = array.size
            orders = self.records.open_children(array.batch_job_id, size=size, first=first, limit=limit)
        except Exception as error:
            inquiry.failed(f"the children of {job_id} could not be read", error)
            return None
        if array.type is JobType.MULTI_NODE and array.status.is_terminal:
            every = range(first, min(first + limit, size))
            orders = {index: orders.get(index, -1) for index in every}
        end = max(orders) + 1 if len(orders) == limit else size
        return Stretch(array=array, batch_job_id=array.batch_job_id, size=size, orders=orders, end=end)

    def _look(self, stretches: Sequence[Stretch], inquiry: Inquiry) -> None:
        ids = [each for stretch in stretches for each in stretch.ids]
        described = inquiry.describe(ids) if ids else {}
        if described is None:
            return
        now = inquiry.now
        arrays = compare([stretch.array for stretch in stretches if stretch.array.is_open], described, now=now)
        over = [
            stretch.array.key in arrays.lost or is_outlived(stretch.array, now=now) or stretch.array.lost
            for stretch in stretches
        ]
        children = (
            compare_children(stretch.array, stretch.orders, described, is_over=is_over, now=now)
            for stretch, is_over in zip(stretches, over, strict=True)
        )
        # An array is lost after its children: then none is left behind where a run ends between.
        inquiry.follow(together(replace(arrays, lost=()), *children))
        for stretch in stretches:
            if stretch.is_of_ended_nodes:
                self._decide(stretch, described, inquiry)
        for stretch, is_over in zip(stretches, over, strict=True):
            if stretch.end == stretch.size and (is_over or not stretch.array.is_open):
                self._finish(stretch, inquiry, is_over=is_over)

    def _decide(self, stretch: Stretch, described: Descriptions, inquiry: Inquiry) -> None:
        """Let Batch's word stand of nodes that were ended while they waited to be tried again: no attempt says so."""
        still = self.records.open_children(
            stretch.batch_job_id, size=stretch.end, first=min(stretch.orders), limit=len(stretch.orders)
        )
        unknown = dict.fromkeys(still, -1)
        for change in compare_children(stretch.array, unknown, described, is_over=False, now=inquiry.now).changes:
            if change.detail.status.is_terminal:
                self.records.decide(keys_of(change)[0], change)

    def _finish(self, stretch: Stretch, inquiry: Inquiry, *, is_over: bool) -> None:
        """Close an array that has ended, or lose one that Batch has forgotten, once it has no open child.

        Where nothing more is to be hoped for, children that were never heard of don't count; nor do nodes that Batch
        does not describe once their job has ended, for they never began.
        """
        array, closer = stretch.array, Closer(records=self.records, now=inquiry.now)
        if closer.has_open_child(array, is_over=is_over or stretch.is_of_ended_nodes):
            return
        if array.is_open:
            closer.lose(array.key)
            inquiry.tally.lost += 1
        else:
            closer.close(array)
            inquiry.tally.closed += 1

    def _close_wholes(self, records: Sequence[JobRecord], inquiry: Inquiry) -> None:
        """Close the arrays in parts that are over, with their parts: Batch knows nothing of them as one."""
        closer = Closer(records=self.records, now=inquiry.now)
        for whole in records:
            if whole.is_split and not whole.is_open:
                inquiry.attempt(partial(closer.close, whole))


def _arrays(records: Iterable[JobRecord], *, now: int) -> Arrays:
    arrays = (record for record in records if record.size is not None and record.batch_job_id)
    return tuple((record.key.job_id, 0) for record in arrays if is_quiet(record, now=now))


def _read(bookmark: str | None) -> Place:
    """The place; the beginning where another version of this kept it."""
    try:
        return msgspec.json.decode(bookmark or "{}", type=Place)
    except msgspec.DecodeError:
        return Place()
