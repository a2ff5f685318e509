"""What becomes of a submission's message: done, sent again to wait, or failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from controlplane.errors import BatchOutcomeUnknown, BatchUnavailable, EventMalformed, NotYet
from controlplane.submissions.queue import MOST_WAITS, to_message
from controlplane.submitting.drain import Drain
from controlplane.submitting.submitter import Submitter
from tests.builders import T0


@dataclass
class Submitting:
    """A submitter that raises what a test says, once for each submission."""

    raising: dict[str, Exception]
    #: Of arrays that are split.
    parts: dict[str, Sequence[str]] = field(default_factory=dict)
    submitted: list[str] = field(default_factory=list)

    def submit(self, job_id: str) -> Sequence[str]:
        """Note it, and raise, or name the parts."""
        self.submitted.append(job_id)
        if job_id in self.raising:
            raise self.raising[job_id]
        return self.parts.get(job_id, ())


@dataclass
class Sent:
    """The port `Submissions` as a list of what was sent."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    def send(self, job_id: str, *, waits: int = 0, delay_milliseconds: int = 0) -> None:
        """Note it."""
        self.messages.append({"job_id": job_id, "waits": waits, "delay": delay_milliseconds})


def drained(
    *bodies: str, raising: dict[str, Exception], chance: float = 1.0, **parts: Sequence[str]
) -> tuple[Sequence[Exception | None], list[dict[str, Any]], list[str]]:
    """Drain some messages; what failed, what was sent again, and what was tried."""
    submitting, sent = Submitting(raising, parts), Sent()
    drain = Drain(submitter=cast("Submitter", submitting), submissions=sent, clock=lambda: T0, chance=lambda: chance)
    return drain.drain(bodies), sent.messages, submitting.submitted


def test_a_submission_that_batch_took_is_done_with() -> None:
    """It is neither named as failed nor sent again."""
    assert ([None], [], ["j1"]) == drained(to_message("j1"), raising={})


def test_parts_are_handed_on_at_once() -> None:
    """Each by a message of its own, and the message of the whole is done with."""
    errors, sent, _ = drained(to_message("j1"), raising={}, j1=["j1_00", "j1_01"])

    assert [None] == errors
    assert [{"job_id": each, "waits": 0, "delay": 0} for each in ("j1_00", "j1_01")] == sent


@pytest.mark.parametrize("wait", [NotYet(), BatchUnavailable(), BatchOutcomeUnknown()])
def test_waiting_is_no_failure(wait: Exception) -> None:
    """The submission comes again by a new message, which says so; this one is done with."""
    errors, sent, _ = drained(to_message("j1"), raising={"j1": wait})

    assert ([None], [{"job_id": "j1", "waits": 1, "delay": 250}]) == (errors, sent)


@pytest.mark.parametrize(
    ("waits", "chance", "delay"), [(0, 0.0, 125), (1, 1.0, 500), (4, 0.0, 2000), (4, 0.5, 3000), (20, 1.0, 300_000)]
)
def test_waits_grow_and_differ(waits: int, chance: float, delay: int) -> None:
    """About twice the last one, up to five minutes; chance decides of half of each."""
    _, sent, _ = drained(to_message("j1", waits=waits), raising={"j1": BatchUnavailable()}, chance=chance)

    assert delay == sent[0]["delay"]


@pytest.mark.parametrize(("until", "delay"), [(T0 + 42_000, 42_000), (T0 - 1, 0)])
def test_a_wait_whose_end_is_known_ends_then(until: int, delay: int) -> None:
    """An unknown outcome is looked up when it has settled, and not later."""
    _, sent, _ = drained(to_message("j1", waits=9), raising={"j1": NotYet(until=until)})

    assert delay == sent[0]["delay"]


def test_a_message_that_has_waited_long_is_left_to_the_sweep() -> None:
    """Or those that the sweep sends would become more and more."""
    errors, sent, tried = drained(to_message("j1", waits=MOST_WAITS), raising={"j1": NotYet()})

    assert ([None], [], ["j1"]) == (errors, sent, tried)


def test_what_nobody_foresaw_fails_alone() -> None:
    """Its mates are worked on; a message that can't be read says why."""
    lookup = LookupError("the table is gone")
    errors, sent, tried = drained(to_message("j1"), "{", to_message("j3"), raising={"j1": lookup})

    assert (lookup, EventMalformed, None, [], ["j1", "j3"]) == (errors[0], type(errors[1]), errors[2], sent, tried)
