"""Runs every race: `make bench`."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

from rich.console import Console


def main() -> None:
    """Each table over a folder of its own; what the functions log is not part of it."""
    os.environ |= {"POWERTOOLS_LOG_LEVEL": "CRITICAL", "POWERTOOLS_METRICS_DISABLED": "true"}
    logging.disable()

    # Imported late: the functions' library reads its settings as it is imported.
    from tests.bench.tables import TABLES

    console = Console(width=110)
    for make in TABLES:
        with tempfile.TemporaryDirectory(prefix="batchplane-bench-") as folder:
            make(Path(folder), console, scale=1)


if __name__ == "__main__":
    main()
