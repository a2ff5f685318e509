"""Which jobs a list is to show, as `GET /jobs` is asked for them. Pure; the plane checks bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from batchplane._clock import to_milliseconds

#: The owner that stands for all of them, and for jobs that nobody submitted through the plane.
EVERY_OWNER = "*"


class JobFilter(TypedDict, total=False):
    """What a job must be to be listed; what is left out, or None, lets every job through."""

    #: Whose jobs; another's, or EVERY_OWNER's, are for operators, and for all where the plane opens reading.
    owner: str | None
    #: Any of these.
    status: Sequence[str] | None
    #: Any of "Single", "Array", "MultiNode".
    type: Sequence[str] | None
    #: How its name begins, in any case.
    name_prefix: str | None
    #: All of these, as they were submitted.
    tags: Mapping[str, str] | None
    #: Created then or later; a moment without a zone is this machine's.
    created_from: datetime | None
    #: Created earlier.
    created_before: datetime | None


def to_query(wanted: JobFilter) -> dict[str, str | int | Sequence[str] | None]:
    """The parameters of `GET /jobs`; those of several values are sequences."""
    created_from, created_before = wanted.get("created_from"), wanted.get("created_before")
    return {
        "owner": wanted.get("owner"),
        "status": wanted.get("status"),
        "type": wanted.get("type"),
        "namePrefix": wanted.get("name_prefix"),
        "tag": [f"{name}={value}" for name, value in (wanted.get("tags") or {}).items()],
        "createdFrom": None if created_from is None else to_milliseconds(created_from),
        "createdBefore": None if created_before is None else to_milliseconds(created_before),
    }
