"""Starts the embedded plane: `python -m batchplane_local`, the same as `batchplane local`. Nothing else."""

from __future__ import annotations

from batchplane_local.cli import app

if __name__ == "__main__":
    app(prog_name="batchplane local")
