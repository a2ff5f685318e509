"""The output of attempts, wherever it lies now: in a slot's file while they run, then in a row or a file of its own.

Readable from any thread at any moment; a reader never sees what the slot's next attempt writes.
"""

from __future__ import annotations

import json
import logging
import threading
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.jobs.changes import LogRow
from batchplane_local.batch.listeners import Listeners
from batchplane_local.batch.machine.slots import Slot

#: Bytes of output that fit in a row; more stays in the file that the attempt wrote.
_ROW_LIMIT = 64 * 1024


#: Marks kept of one attempt's output.
_MARKS_LIMIT = 4096
_log = logging.getLogger(__name__)


#: When the first and the last of an output was written, epoch milliseconds; by job and attempt.
Spans = Mapping[tuple[int, int], tuple[int, int]]


class Moved(Exception):
    """The output was moved while it was read: look it up once more."""


@dataclass(frozen=True, kw_only=True)
class Output:
    """The output of one attempt as it is now."""

    #: Bytes.
    size: int
    #: True where no more can come.
    is_complete: bool
    #: Pairs of (epoch milliseconds, bytes written by then), both rising.
    marks: Sequence[tuple[int, int]]
    #: At most so many bytes from an offset on. Raises Moved.
    read: Callable[[int, int], bytes]

    def written_at(self, end: int) -> int:
        """When the byte before this offset had been written, epoch milliseconds."""
        place = bisect_left(self.marks, end, key=lambda mark: mark[1])
        return self.marks[min(place, len(self.marks) - 1)][0]


class Outputs:
    """The output of every attempt of one embedded Batch."""

    def __init__(self, folder: Path, reading: Reading, clock: Callable[[], int]) -> None:
        self._folder = folder
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._reading = reading
        self._clock = clock
        self._lock = threading.Lock()
        self._remover = ThreadPoolExecutor(1, thread_name_prefix="batch-log-remover")
        #: Whoever wants to hear that an attempt, by job and number, may have written something.
        self.listeners: Listeners[tuple[int, int]] = Listeners()
        #: Attempts of which that is not told yet.
        self._untold: set[tuple[int, int]] = set()
        #: By job and attempt: the slot of one that runs, with its marks; the row of one that has just ended.
        self._running: dict[tuple[int, int], tuple[Slot, list[tuple[int, int]]]] = {}
        self._moving: dict[tuple[int, int], LogRow] = {}

    def begin(self, job: int, attempt: int, slot: Slot) -> None:
        """An attempt writes to this slot from now on."""
        with self._lock:
            self._running[job, attempt] = (slot, [])

    def take_in(self, slot: Slot) -> None:
        """Something was written to this slot's pipe."""
        with self._lock:
            slot.intake.take_in()

    def mark(self) -> None:
        """Note how much every running attempt has written by now, and tell of those that have written."""
        with self._lock:
            for attempt, (slot, marks) in self._running.items():
                self._mark(attempt, slot, marks)
            untold, self._untold = self._untold, set()
        self.listeners.tell(untold)

    def end(self, job: int, attempt: int) -> LogRow | None:
        """The attempt has ended; the row to keep its output in, None where it wrote nothing."""
        with self._lock:
            slot, marks = self._running.pop((job, attempt))
            size = self._mark((job, attempt), slot, marks)
            if size == 0:
                return None
            body = slot.read_log(size) if size <= _ROW_LIMIT else None
            if body is None and not self._keep(slot, self._path(job, attempt)):
                return None
            row = LogRow(job, attempt, marks[0][0], marks[-1][0], json.dumps(marks), body)
            self._moving[job, attempt] = row
            return row

    def _keep(self, slot: Slot, path: Path) -> bool:
        """Keep a slot's log in a file of its own; False where it is lost, for the job has removed it."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            slot.keep_log(path)
        except OSError as error:
            _log.warning("The output of an attempt is lost, %s can't be kept: %s", slot.log_path, error)
            slot.empty_log()
            slot.is_spoilt = True
            return False
        return True

    def salvage(self, job: int, attempt: int, log_path: Path, at: int) -> LogRow | None:
        """The row for the output that an attempt of an earlier life left in a slot; None where there is none."""
        kept = self._path(job, attempt)
        path = kept if kept.exists() else log_path
        size = path.stat().st_size if path.is_file() else 0
        if size == 0:
            return None
        body = path.read_bytes() if size <= _ROW_LIMIT else None
        if body is None and path != kept:
            path.rename(kept)
        return LogRow(job, attempt, at, at, json.dumps([(at, size)]), body)

    def kept(self, rows: Sequence[LogRow]) -> None:
        """These rows are committed."""
        with self._lock:
            for row in rows:
                self._moving.pop((row.job, row.attempt), None)

    def find(self, job: int, attempt: int) -> Output:
        """The output of an attempt; empty and complete where nothing was kept."""
        with self._lock:
            if running := self._running.get((job, attempt)):
                slot, marks = running
                size = self._mark((job, attempt), slot, marks)
                read = self._reader(job, attempt, slot)
                return Output(size=size, is_complete=False, marks=tuple(marks), read=read)
            row = self._moving.get((job, attempt))
        return self._kept(job, attempt, row or self._reading.log(job, attempt))

    def remove(self, attempts: Sequence[tuple[int, int]]) -> Future[None]:
        """Remove the files of these attempts' output, by job and attempt, on a thread: a large one takes its time."""
        paths = [self._path(*attempt) for attempt in attempts]
        return self._remover.submit(_remove, paths)

    def close(self) -> None:
        """Wait for what is being removed."""
        self._remover.shutdown()

    def spans(self) -> Spans:
        """Of all output that isn't committed yet."""
        with self._lock:
            for attempt, (slot, marks) in self._running.items():
                self._mark(attempt, slot, marks)
            running = {key: (marks[0][0], marks[-1][0]) for key, (_, marks) in self._running.items() if marks}
            return running | {key: (row.first_at, row.last_at) for key, row in self._moving.items()}

    def _mark(self, attempt: tuple[int, int], slot: Slot, marks: list[tuple[int, int]]) -> int:
        size = slot.log_size()
        if size > (marks[-1][1] if marks else 0):
            # A clock may be turned back; the lines of a log never are.
            marks.append((max(self._clock(), marks[-1][0] if marks else 0), size))
            if len(marks) > _MARKS_LIMIT:
                # The older ones grow coarser, the newest stays.
                del marks[-3:0:-2]
            self._untold.add(attempt)
        return size

    def _reader(self, job: int, attempt: int, slot: Slot) -> Callable[[int, int], bytes]:
        def read(offset: int, size: int) -> bytes:
            with self._lock:
                if (job, attempt) not in self._running:
                    raise Moved
                return slot.read_log(size, offset)

        return read

    def _kept(self, job: int, attempt: int, row: LogRow | None) -> Output:
        if row is None:
            return Output(size=0, is_complete=True, marks=(), read=lambda offset, size: b"")
        marks = [(at, size) for at, size in json.loads(row.marks)]
        body, path = row.body, self._path(job, attempt)

        def read(offset: int, size: int) -> bytes:
            if body is not None:
                return body[offset : offset + size]
            try:
                with path.open("rb") as file:
                    file.seek(offset)
                    return file.read(size)
            except FileNotFoundError:
                # Its job was pruned since it was looked up.
                return b""

        return Output(size=marks[-1][1], is_complete=True, marks=marks, read=read)

    def _path(self, job: int, attempt: int) -> Path:
        return self._folder / f"{job}-{attempt}"


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("The log %s of a job that is no more can't be removed: %s", path, error)
