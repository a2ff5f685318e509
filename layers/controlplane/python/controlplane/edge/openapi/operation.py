"""What is said of one route beside its parameters and its body, which are read from the route itself. Does no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from controlplane.errors import PlaneError


class Credential(Enum):
    """What a route asks for: any of these schemes of `document.SECURITY_SCHEMES`."""

    #: Who signed, or whom the token speaks for.
    OWNER = ("bearer", "sigV4")
    #: A runner's, of one job.
    CAPABILITY = ("capability",)
    NONE = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a route answers when all is well."""

    #: When it is this one: a few words.
    description: str
    #: A TypedDict, or any other type that msgspec can describe.
    type: Any
    example: Any


@dataclass(frozen=True, kw_only=True)
class Reads:
    """What a route reads by itself; of any other Powertools tells it."""

    #: The name of its body's schema, which stands in another route's body too.
    body: str
    #: Headers that it may be given.
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One route, as people look for it and generated clients call it."""

    #: A method's name: "describeJob".
    id: str
    #: The heading that it stands under, one of `document.TAGS`.
    tag: str
    #: By HTTP status.
    answers: Mapping[int, Answer]
    #: What it may be refused with, beyond what any request may be.
    problems: tuple[type[PlaneError], ...] = ()
    #: Bodies that it takes, by what each shows.
    requests: Mapping[str, Any] = field(default_factory=dict)
    reads: Reads | None = None
    credential: Credential = Credential.OWNER


#: By method and path: "GET /jobs/{jobId}".
Operations = Mapping[str, Operation]
