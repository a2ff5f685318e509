"""Every process of this machine at one moment, and which attempt each belongs to. Looks; signals nothing.

https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

_PAGE = os.sysconf("SC_PAGE_SIZE")


class Process(NamedTuple):
    """What a line of /proc/PID/stat tells of a process."""

    pid: int
    parent: int
    session: int
    #: Bytes of its memory that are resident, shared ones too.
    resident: int
    #: It has died and hasn't been waited for.
    is_zombie: bool = False


def processes() -> dict[int, Process]:
    """All of them by their ids: some ten microseconds each."""
    found = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal() and (process := inspect(int(entry.name))):
            found[process.pid] = process
    return found


def by_session(
    found: Mapping[int, Process], sessions: set[int], session_of_orphan: Callable[[int], int | None]
) -> dict[int, list[Process]]:
    """The processes of each session's attempt: those in the session, what they started, and orphans of theirs.

    `session_of_orphan` is asked with the id of a child of this process that is in none of the sessions.
    """
    me = os.getpid()
    #: By process: the session of the attempt it belongs to, None for nobody's.
    owners: dict[int, int | None] = {me: None}
    trees: dict[int, list[Process]] = {session: [] for session in sessions}
    for process in found.values():
        line, owner, ancestor = [], None, process
        while ancestor.pid not in owners:
            line.append(ancestor.pid)
            # Nobody's while its ancestors are asked, so that a circle of ids that were used again comes to an end.
            owners[ancestor.pid] = None
            if ancestor.session in sessions:
                owner = ancestor.session
            elif ancestor.parent == me:
                owner = session_of_orphan(ancestor.pid)
            elif ancestor.parent in found:
                ancestor = found[ancestor.parent]
        owner = owner or owners[ancestor.pid]
        owners.update(dict.fromkeys(line, owner))
        if owner is not None:
            trees[owner].append(process)
    return trees


def proportional(process: Process) -> int:
    """Bytes of a process's memory, what it shares divided by those who share it (PSS).

    Where that may not be read, or the kernel doesn't tell it, only what it shares with nobody. 0 once it is gone.
    """
    try:
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    return _private(process.pid)


def _private(pid: int) -> int:
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_bytes().split()
    except OSError:
        return 0
    return (int(resident) - int(shared)) * _PAGE


def inspect(pid: int) -> Process | None:
    """One process; None where it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The name, in parentheses, may itself hold spaces and parentheses: fields are counted after the last one.
    fields = text.rpartition(b") ")[2].split(None, 22)
    return Process(pid, int(fields[1]), int(fields[3]), int(fields[21]) * _PAGE, fields[0] == b"Z")
