"""A dask cluster in a process of its own, so that its threads take nothing from the others: `python -m …`.

For each line of standard input, it runs that many commands and prints how many succeeded.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile

from tests.bench.rivals import COMMAND


def main() -> None:
    """Serve until standard input ends."""
    from distributed import Client, LocalCluster

    with (
        tempfile.TemporaryDirectory(prefix="batchplane-dask-") as folder,
        LocalCluster(
            n_workers=2, threads_per_worker=2, dashboard_address=None, local_directory=folder, silence_logs=50
        ) as cluster,
        Client(cluster) as client,
    ):
        for line in sys.stdin:
            futures = client.map(subprocess.call, [[COMMAND]] * int(line), pure=False)
            sys.stdout.write(f"{client.gather(futures).count(0)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
