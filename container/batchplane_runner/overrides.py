"""What AWS Batch could not be told of a job, for it was too long: a command, variables, or both. Runs nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from batchplane_runner.errors import Refused
from batchplane_runner.exchange import chunks, exchange
from batchplane_runner.links import Link


@dataclass(frozen=True)
class Overrides:
    """What takes the place of what the container was given."""

    #: Empty where the container was given the command.
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, link: Link) -> Overrides:
        """Download and read them. Raises Refused and TryAgain."""
        with exchange(link.method, link.url, headers=link.headers) as answer:
            document = b"".join(chunks(answer))
        try:
            content: Any = json.loads(document)
            return cls(
                command=tuple(map(str, content.get("command", ()))),
                environment={str(each["name"]): str(each["value"]) for each in content.get("environment", ())},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused("the command and environment that were too long for AWS Batch can't be read") from error
