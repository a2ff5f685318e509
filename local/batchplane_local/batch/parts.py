"""What an engine is made of. Does nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from batchplane_local.batch.database.claims import Claims
from batchplane_local.batch.database.store import Store
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.machine.launch import Launcher
from batchplane_local.batch.machine.output import Outputs
from batchplane_local.batch.machine.slots import Slots
from batchplane_local.batch.resources.catalogue import Catalogue


class Watch(Protocol):
    """Something that happens because time has passed, and not because anybody called or an attempt ended."""

    def look(self, at: int) -> bool:
        """Do what is due at this moment, in epoch milliseconds; True where it must look again though nothing runs."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What an engine works with; all of it is used on the engine's thread alone once it has started."""

    store: Store
    claims: Claims
    catalogue: Catalogue
    ledger: Ledger
    slots: Slots
    outputs: Outputs
    launcher: Launcher
    #: Epoch milliseconds.
    clock: Callable[[], int]
    #: Called after each commit that wrote events.
    announced: Callable[[], None]
    watches: Sequence[Watch]
