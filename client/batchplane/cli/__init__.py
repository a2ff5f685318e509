"""The command `batchplane`: what the client can do, for people at a terminal and for scripts (`--json`).

Nothing here speaks to a plane but through `batchplane.Client`.
"""

from batchplane.cli._app import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; the exit code says how it ended (see `_exit_code`)."""
    app(prog_name="batchplane")
