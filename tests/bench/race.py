"""Contenders run in turns, so that what else the machine does hits all of them; medians are compared."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

#: How often each contender runs.
ROUNDS = 5
#: What a contender does once: so many operations.
Contender = Callable[[], int]


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this thread, and those that it starts, to one processor while the block runs, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def one_in(scale: int, count: int, *, least: int = 1) -> int:
    """So much less of what is measured: tests see by it that every table can still be made."""
    return max(least, count // scale)


def race(
    title: str, unit: str, contenders: Mapping[str, Contender], *, console: Console, rounds: int = ROUNDS
) -> dict[str, float]:
    """Run the contenders in interleaved rounds; print and return the median operations a second of each."""
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            gc.collect()
            started = time.perf_counter()
            done = run()
            rates[name].append(done / (time.perf_counter() - started))
    medians = {name: statistics.median(each) for name, each in rates.items()}
    first = next(iter(medians.values()))
    table = Table("", f"{unit} a second", "of the first", "slowest", "fastest", title=title, title_justify="left")
    for name, median in medians.items():
        spread = (f"{min(rates[name]):,.0f}", f"{max(rates[name]):,.0f}")
        table.add_row(name, f"{median:,.0f}", f"{median / first:.2f}", *spread)
    console.print(table)
    return medians
