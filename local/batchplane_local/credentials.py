"""`plane.json`: where the plane of a folder answers, the first owner's token, and the key pair of the Batch endpoint.

The client finds the first two here. The file is readable by its user alone (mode 0600); no token and no secret stands
on a command line or in a log.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from batchplane_local.batch.http.sigv4 import KeyPair
from batchplane_local.data_folder import FolderRefused
from batchplane_local.whole_file import write_whole


class CredentialsRefused(Exception):
    """A file of one's own credentials that holds none."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a client needs."""

    #: Without a trailing slash.
    url: str
    token: str = field(repr=False)
    owner: str
    #: Signs requests to the Batch endpoint; None in a file of a plane that had no such endpoint.
    key_pair: KeyPair | None = None

    @property
    def port(self) -> int:
        """The port in the url."""
        return urlsplit(self.url).port or 0

    @classmethod
    def read(cls, path: Path) -> Credentials | None:
        """What an earlier start wrote; None where none did. Raises FolderRefused for what none can have written."""
        try:
            document = json.loads(path.read_bytes())
            key_pair = _key_pair(document) if "accessKeyId" in document else None
            return cls(url=document["url"], token=document["token"], owner=document["owner"], key_pair=key_pair)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise FolderRefused(
                f"{path} can't be read ({error!r}): remove it, and the plane makes a new one with a new token."
            ) from error

    def write(self, path: Path) -> None:
        """Write the file, whole."""
        document = {"url": self.url, "token": self.token, "owner": self.owner}
        if self.key_pair is not None:
            document["accessKeyId"] = self.key_pair.access_key_id
            document["secretAccessKey"] = self.key_pair.secret_access_key
        write_whole(path, json.dumps(document, indent=2).encode() + b"\n")


def read_key_pair(path: Path) -> KeyPair:
    """The key pair in a file of one's own, a JSON object with accessKeyId and secretAccessKey.

    Raises CredentialsRefused, which doesn't tell the secret.
    """
    try:
        return _key_pair(json.loads(path.read_bytes()))
    except OSError as error:
        raise CredentialsRefused(
            f"{path} can't be read ({error.strerror}): name another with --credentials."
        ) from error
    except KeyError as error:
        raise CredentialsRefused(
            f"{path} has no {error.args[0]}: it must have accessKeyId and secretAccessKey."
        ) from error
    except (ValueError, TypeError) as error:
        raise CredentialsRefused(
            f"{path} must hold a JSON object with the strings accessKeyId and secretAccessKey: {error}"
        ) from error


def _key_pair(document: dict[str, Any]) -> KeyPair:
    return KeyPair(access_key_id=document["accessKeyId"], secret_access_key=document["secretAccessKey"])
