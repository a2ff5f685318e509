"""A file of faults on demand, as `batchplane local --faults FILE` takes it: read, and nothing more."""

from __future__ import annotations

import json
from pathlib import Path

from batchplane_local.batch.fault_injection.faults import Faults, FaultsRefused


class FaultsFileRefused(Exception):
    """A file that holds no faults that can be had."""


def read_faults(path: Path) -> Faults:
    """The faults in a file, a JSON object. Raises FaultsFileRefused, naming the member, the bound and the value."""
    try:
        return Faults.from_document(json.loads(path.read_bytes()))
    except OSError as error:
        raise FaultsFileRefused(f"{path} can't be read ({error.strerror}): name another with --faults.") from error
    except FaultsRefused as error:
        raise FaultsFileRefused(f"{path}: {error}.") from error
    except ValueError as error:
        raise FaultsFileRefused(f"{path} must hold a JSON object: {error}") from error
