"""Where the plane is, and how to speak to it. Reads one environment and one small file; asks nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from batchplane._auth import BearerAuth, SigV4Auth
from batchplane._errors import PlaneNotFound

#: The host of an API Gateway endpoint says its region, also behind a VPC endpoint.
_EXECUTE_API = re.compile(r"\.execute-api(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.")


@dataclass(frozen=True, kw_only=True)
class PlaneAddress:
    """An endpoint, and who asks there."""

    url: str
    auth: httpx.Auth | None

    @classmethod
    def find(
        cls, environment: Mapping[str, str], home: Path, *, url: str | None = None, token: str | None = None
    ) -> PlaneAddress:
        """The plane of the arguments, else of BATCHPLANE_URL, else the embedded one. Raises PlaneNotFound."""
        url = _checked(url or environment.get("BATCHPLANE_URL"))
        token = token or environment.get("BATCHPLANE_TOKEN")
        if url and token:
            return cls(url=url, auth=BearerAuth(token))
        if url and (region := _EXECUTE_API.search(httpx.URL(url).host)):
            return cls(url=url, auth=SigV4Auth.from_environment(region.group(1)))
        file = data_folder(environment, home) / "plane.json"
        embedded = _read(file)
        if url:
            known = embedded is not None and embedded[0].rstrip("/") == url.rstrip("/")
            return cls(url=url, auth=BearerAuth(embedded[1]) if embedded and known else None)
        if embedded is None:
            raise PlaneNotFound(
                f"There is no plane to speak to: BATCHPLANE_URL is not set, and there is no {file}."
                " Start the embedded plane with 'batchplane local', or set BATCHPLANE_URL to one's endpoint on AWS."
            )
        return cls(url=embedded[0], auth=BearerAuth(token or embedded[1]))


def _checked(url: str | None) -> str | None:
    """An address that can be asked, or none. Raises PlaneNotFound for any other text."""
    try:
        read = httpx.URL(url or "")
    except httpx.InvalidURL:
        read = httpx.URL("")
    if url and not (read.scheme in ("http", "https") and read.host):
        raise PlaneNotFound(f"A plane's URL must begin with https:// or http:// and name a host; it is {url!r}.")
    return url or None


def data_folder(environment: Mapping[str, str], home: Path) -> Path:
    """The embedded plane's folder: BATCHPLANE_DATA, else `batchplane` in the user's data folder.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    if chosen := environment.get("BATCHPLANE_DATA"):
        return Path(chosen)
    data = environment.get("XDG_DATA_HOME", "")
    return (Path(data) if Path(data).is_absolute() else home / ".local" / "share") / "batchplane"


def _read(file: Path) -> tuple[str, str] | None:
    """The embedded plane's endpoint and token; None where it has never been started."""
    try:
        plane = json.loads(file.read_text(encoding="utf-8"))
        return str(plane["url"]), str(plane["token"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PlaneNotFound(
            f"{file} can't be read as the embedded plane's address ({type(error).__name__}: {error})."
            " Start the plane again with 'batchplane local'."
        ) from error
