"""Asking the plane for links to this job's own files, by capability. Moves no file itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from batchplane_runner.environment import JobIdentity
from batchplane_runner.errors import Refused
from batchplane_runner.exchange import chunks, exchange
from batchplane_runner.outputs import OutputFile


@dataclass(frozen=True)
class Link:
    """A short-lived permission to do one thing with one file."""

    #: Relative to the working directory (inputs) or to outputs/ (uploads).
    name: str
    url: str
    method: str
    #: Headers that must go with the request, exactly.
    headers: Mapping[str, str]

    @classmethod
    def from_wire(cls, link: Mapping[str, Any]) -> Link:
        """Read one member of the plane's answer."""
        headers = {str(name): str(value) for name, value in link.get("headers", {}).items()}
        return cls(name=link["name"], url=link["url"], method=link.get("method", "GET"), headers=headers)


@dataclass(frozen=True)
class Links:
    """The answer of `POST /runner/links`."""

    inputs: tuple[Link, ...]
    #: To what the container could not be given; None where it was given all.
    overrides: Link | None
    uploads: tuple[Link, ...]
    #: Which child its command is to know itself as, and of how many; None where AWS Batch says that right.
    index: int | None
    array_size: int | None


def ask_links(job: JobIdentity, uploads: Sequence[OutputFile] = ()) -> Links:
    """Links to every input of the job, and to where these outputs go. Raises Refused and TryAgain."""
    request = {"jobId": job.job_id, "index": job.index, "uploads": [upload.to_wire() for upload in uploads]}
    headers = {"Authorization": f"Bearer {job.capability}", "Content-Type": "application/json"}
    body = json.dumps(request).encode()
    with exchange("POST", f"{job.url}/runner/links", headers=headers, body=body) as answer:
        document = b"".join(chunks(answer))
    try:
        content = json.loads(document)
        return Links(
            inputs=tuple(Link.from_wire(link) for link in content["inputs"]),
            overrides=_overrides(content["overrides"]),
            uploads=tuple(Link.from_wire(link) for link in content["uploads"]),
            index=content.get("index"),
            array_size=content.get("arraySize"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("the plane's answer to POST /runner/links is not the document its API promises") from error


def _overrides(link: Mapping[str, Any] | None) -> Link | None:
    return None if link is None else Link.from_wire({"name": "overrides", **link})
