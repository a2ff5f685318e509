"""A program of its own: becomes another user, and then the command of an attempt. Needs nothing but Python.

    python -I -S become.py UID GID GROUP,GROUP,… DIRECTORY FILE ARGUMENT…

It begins as root, so nothing of the job's may speak to it: the job's variables come with VEIL before their names, for
LD_PRELOAD and the like are obeyed before the first line below runs.
"""

from __future__ import annotations

import os
import signal
import sys

#: Stands before the name of each variable that is meant for the command.
VEIL = b"_"
#: Exit codes of a shell for a file that can't be executed, and for one that isn't there.
_NOT_EXECUTED, _NOT_FOUND = 126, 127


def become(uid: int, gid: int, groups: list[int], directory: str) -> None:
    """Give up what this process may do for what a user may, in a directory, with the output still its own."""
    os.fchown(sys.stdout.fileno(), uid, gid)
    os.setgroups(groups)
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    os.chdir(directory)
    # Python has had them ignored, and a program inherits that.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def main(uid: str, gid: str, groups: str, directory: str, path: str, *arguments: str) -> int:
    """Never comes back, but with the exit code of a failure, which it has told."""
    unveiled = {name.removeprefix(VEIL): value for name, value in os.environb.items() if name.startswith(VEIL)}
    try:
        become(int(uid), int(gid), [int(group) for group in groups.split(",")], directory)
        os.execve(path, arguments, unveiled)  # noqa: S606 - no shell is wanted
    except OSError as error:
        print(f'exec: "{path}": {error.strerror}', file=sys.stderr)  # noqa: T201 - into the job's log
        return _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
