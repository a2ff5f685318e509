"""Arrays that are to end: the request is kept at once, and the children are ended in slices, in their order.

A request for an array of 10,000 children costs what one for a single job costs; its row is all that a restart needs to
go on. From the request on none of the children starts: `Live.stop` is looked at wherever one might. Deterministic, as
the ledger is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.live import Live, Request
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.jobs.transitions import Transitions

#: What a request means for one job that is no array, at a moment; the attempts come back that must be ended.
StopOne = Callable[[Live, int, Request, int], list[Attempt]]


class Stopping:
    """The arrays with children that a request has not reached yet."""

    def __init__(self, *, transitions: Transitions, stop_one: StopOne) -> None:
        self._transitions = transitions
        self._stop_one = stop_one
        #: Each with the children that are still to be looked at.
        self._arrays: deque[tuple[Live, range]] = deque()

    @property
    def is_behind(self) -> bool:
        """True while there are such arrays."""
        return bool(self._arrays)

    def keep(self, live: Live, request: Request) -> None:
        """Keep a request for a whole array: the first one, unless that was to cancel and this is to terminate."""
        if live.stop is None or (request.is_terminate and not live.stop.is_terminate):
            live.requests[0] = request
            self._transitions.note_request(live, 0, request)
            self._arrays.append((live, live.submission.positions))

    def take_up(self, live: Live) -> None:
        """Go on with what an earlier life was asked for."""
        if live.stop is not None:
            self._arrays.append((live, live.submission.positions))

    def go_on(self, room: int, at: int) -> list[Attempt]:
        """Look at so many children; the attempts come back that must be ended."""
        to_stop: list[Attempt] = []
        while room > 0 and self._arrays:
            live, positions = self._arrays.popleft()
            if positions[room:]:
                self._arrays.appendleft((live, positions[room:]))
            for position in positions[:room]:
                if live.stop is not None:
                    to_stop += self._stop_one(live, position, live.stop, at)
            room -= len(positions[:room])
        return to_stop


def request_before_its_turn(live: Live, ending: Ending) -> Request | None:
    """The request by which a child fails that was to be terminated with its array, and ended before it was reached.

    None for one that succeeded all the same, and where nothing was asked.
    """
    return live.stop if live.stop and live.stop.is_terminate and not ending.succeeded else None
