"""Whether a failed attempt is followed by another: attempts and evaluateOnExit. Decides, and does nothing.

https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How an attempt ended, in the words that rules are matched against."""

    #: 0 to 255, 128 + n for a signal; None where no process told one (a lost host, a command that can't start).
    exit_code: int | None
    #: The container's reason, as in "OutOfMemoryError: Container killed due to memory usage".
    reason: str | None
    #: The attempt's status reason, as in "Essential container in task exited".
    status_reason: str

    @property
    def succeeded(self) -> bool:
        """True where the process ended with 0."""
        return self.exit_code == 0


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One entry of evaluateOnExit: every condition that is given must hold."""

    action: str
    on_exit_code: str | None
    on_reason: str | None
    on_status_reason: str | None

    @classmethod
    def from_document(cls, document: Mapping[str, str]) -> Rule:
        """Read an EvaluateOnExit structure."""
        return cls(
            action=document["action"].upper(),
            on_exit_code=document.get("onExitCode"),
            on_reason=document.get("onReason"),
            on_status_reason=document.get("onStatusReason"),
        )

    def matches(self, ending: Ending) -> bool:
        """True where all conditions hold; what is absent is empty, so that an asterisk alone fits it.

        AWS's own example retries lost hosts by a first rule and ends all else by `onReason: *`.
        """
        exit_code = "" if ending.exit_code is None else str(ending.exit_code)
        return (
            _holds(self.on_exit_code, exit_code)
            and _holds(self.on_reason, ending.reason or "")
            and _holds(self.on_status_reason, ending.status_reason)
        )


@dataclass(frozen=True, kw_only=True)
class RetryStrategy:
    """How many attempts a job has, and which endings may use them."""

    #: 1 to 10.
    attempts: int
    rules: tuple[Rule, ...]

    @classmethod
    def from_document(cls, document: Mapping[str, Any] | None) -> RetryStrategy:
        """Read a RetryStrategy structure; one attempt where there is none."""
        document = document or {}
        rules = tuple(Rule.from_document(rule) for rule in document.get("evaluateOnExit", ()))
        return cls(attempts=document.get("attempts", 1), rules=rules)

    def retries(self, ending: Ending, *, finished: int) -> bool:
        """True where another attempt follows; `finished` counts the attempts made, this one included.

        The first rule that matches decides; where none matches, the job is retried.
        """
        if finished >= self.attempts:
            return False
        return next((rule.action == "RETRY" for rule in self.rules if rule.matches(ending)), True)


def _holds(pattern: str | None, text: str) -> bool:
    """True where the pattern, which may end with one asterisk, fits the text or isn't given."""
    if pattern is None:
        return True
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern
