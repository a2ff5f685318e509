"""`plane.json`: where the plane of a folder answers, and the first owner's token. The client finds both here.

The file is readable by its user alone (mode 0600), and the token stands nowhere else: on no command line, in no log.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from batchplane_local.data_folder import FolderRefused
from batchplane_local.whole_file import write_whole


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a client needs."""

    #: Without a trailing slash.
    url: str
    token: str = field(repr=False)
    owner: str

    @property
    def port(self) -> int:
        """The port in the url."""
        return urlsplit(self.url).port or 0

    @classmethod
    def read(cls, path: Path) -> Credentials | None:
        """What an earlier start wrote; None where none did. Raises FolderRefused for what none can have written."""
        try:
            document = json.loads(path.read_bytes())
            return cls(url=document["url"], token=document["token"], owner=document["owner"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise FolderRefused(
                f"{path} can't be read ({error!r}): remove it, and the plane makes a new one with a new token."
            ) from error

    def write(self, path: Path) -> None:
        """Write the file, whole."""
        write_whole(path, json.dumps(asdict(self), indent=2).encode() + b"\n")
