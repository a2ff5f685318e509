"""Starting a process: the C library's posix_spawn, with a working directory and a session of its own. Waits for none.

Python's own os.posix_spawn can't set a working directory, and subprocess costs half as much again.
https://man7.org/linux/man-pages/man3/posix_spawn.3.html
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Sequence

#: Flags of posix_spawnattr_setflags, as glibc and musl have them.
_SETSIGDEF, _SETSIGMASK, _SETSID = 0x04, 0x08, 0x80
#: Bytes given to each of the C library's opaque structures, which need 80 to 336 of them.
_OPAQUE = 1024
#: Signals that Python sets or a host may have set, which a command must find as a new process has them.
_DEFAULTED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

# PyDLL keeps the interpreter's lock: giving it away would cost far more than the call, which ends in the microseconds
# that the new process takes to reach exec.
_C = ctypes.PyDLL(None, use_errno=True)


class Spawner:
    """Starts commands in one working directory, with their input from one file and their output to another."""

    def __init__(self, *, directory: str, source: int, output: int) -> None:
        self._actions = ctypes.create_string_buffer(_OPAQUE)
        self._attributes = ctypes.create_string_buffer(_OPAQUE)
        _check(_C.posix_spawn_file_actions_init(self._actions))
        for stream, file in enumerate((source, output, output)):
            _check(_C.posix_spawn_file_actions_adddup2(self._actions, file, stream))
        _check(_C.posix_spawn_file_actions_addchdir_np(self._actions, os.fsencode(directory)))
        self._set_attributes()

    def start(self, path: str, arguments: Sequence[bytes], environment: Sequence[bytes]) -> int:
        """The id of a new process, leader of a new session. Raises OSError where the command can't be started."""
        pid = ctypes.c_int()
        error = _C.posix_spawn(
            ctypes.byref(pid),
            os.fsencode(path),
            self._actions,
            self._attributes,
            (ctypes.c_char_p * (len(arguments) + 1))(*arguments, None),
            (ctypes.c_char_p * (len(environment) + 1))(*environment, None),
        )
        if error:
            raise OSError(error, os.strerror(error), path)
        return pid.value

    def close(self) -> None:
        """Free what the C library holds."""
        _C.posix_spawn_file_actions_destroy(self._actions)
        _C.posix_spawnattr_destroy(self._attributes)

    def _set_attributes(self) -> None:
        signals = ctypes.create_string_buffer(128)
        _check(_C.posix_spawnattr_init(self._attributes))
        _check(_C.posix_spawnattr_setflags(self._attributes, ctypes.c_short(_SETSIGDEF | _SETSIGMASK | _SETSID)))
        _C.sigemptyset(signals)
        _check(_C.posix_spawnattr_setsigmask(self._attributes, signals))
        for number in _DEFAULTED:
            _C.sigaddset(signals, int(number))
        _check(_C.posix_spawnattr_setsigdefault(self._attributes, signals))


def _check(error: int) -> None:
    if error:
        raise OSError(error, os.strerror(error))
