"""The routes of `edge/routes/dead_letters.py`, described."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import EpochMilliseconds
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import NotAnOperator


class Letter(TypedDict):
    """A message that was given up."""

    queue: str
    messageId: str
    sentAt: EpochMilliseconds
    receiveCount: Annotated[int, Meta(description="How often it was received; on AWS looking at it counts too.")]
    reason: Annotated[str | None, Meta(description="Null where only the log of the function says it.")]
    body: Annotated[str, Meta(description="Its first thousand characters.")]
    bodyLength: int


class Letters(TypedDict):
    """Messages that were given up, the newest of those found first."""

    deadLetters: list[Letter]
    more: bool


class Replayed(TypedDict):
    """What was sent back."""

    replayed: Annotated[dict[str, int], Meta(description="How many, by queue.")]
    more: Annotated[bool, Meta(description="Whether to ask again, with the `until` that is answered.")]
    until: EpochMilliseconds


_LETTER = {
    "queue": "jobEvents",
    "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
    "sentAt": 1_795_000_000_000,
    "receiveCount": 3,
    "reason": "not JSON",
    "body": "{",
    "bodyLength": 1,
}

OPERATIONS: Operations = {
    "GET /dead-letters": Operation(
        id="listDeadLetters",
        tag="Operating",
        answers={
            200: Answer(
                description="Of each queue some", type=Letters, example={"deadLetters": [_LETTER], "more": False}
            )
        },
        problems=(NotAnOperator,),
    ),
    "POST /dead-letters/replay": Operation(
        id="replayDeadLetters",
        tag="Operating",
        answers={
            200: Answer(
                description="Those that went back",
                type=Replayed,
                example={"replayed": {"jobEvents": 3, "submissions": 0}, "more": False, "until": 1_795_000_000_000},
            )
        },
        problems=(NotAnOperator,),
        requests={"The first ten": {"limit": 10}, "To go on": {"until": 1_795_000_000_000}},
    ),
}
