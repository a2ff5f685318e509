"""How often the interpreter looks for garbage in a process that holds very many jobs: seldom. Frees nothing itself."""

from __future__ import annotations

import gc

#: New objects between two searches among the youngest; one answer about 100 jobs is made of some thousand.
_YOUNG = 50_000


def collect_seldom() -> None:
    """Search the young less often than Python's 700, and what has started up with the process never again.

    What jobs and answers are made of goes when the last reference does. Searching it costs a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
