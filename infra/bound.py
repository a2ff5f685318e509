"""What a setting may be, in words and as a check. Knows no setting and no AWS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol


class Bound(Protocol):
    """What values of a setting are admitted."""

    @property
    def words(self) -> str:
        """What a person reads after "must be"."""
        ...

    def read(self, given: object) -> object:
        """The value that a command line's text stands for; anything else, and text that stands for none, as it is."""
        ...

    def admits(self, value: object) -> bool:
        """True if the value is within the bound."""
        ...


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole number within limits, both included."""

    least: int
    most: int
    unit: str

    @property
    def words(self) -> str:
        """The limits and the unit."""
        return f"a whole number from {self.least} to {self.most} ({self.unit})"

    def read(self, given: object) -> object:
        """Digits as a number."""
        return int(given) if isinstance(given, str) and re.fullmatch(r"[0-9]{1,9}", given) else given

    def admits(self, value: object) -> bool:
        """True for a number within the limits; False for a truth value, which Python takes for one."""
        return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most


@dataclass(frozen=True, kw_only=True)
class Switch:
    """On or off."""

    words: str = "true or false"

    def read(self, given: object) -> object:
        """The two words, in JSON's spelling."""
        return {"true": True, "false": False}.get(given, given) if isinstance(given, str) else given

    def admits(self, value: object) -> bool:
        """True for a truth value."""
        return isinstance(value, bool)


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """One of a few values."""

    choices: tuple[str | int, ...]

    @property
    def words(self) -> str:
        """All of the choices."""
        return f"one of {', '.join(str(choice) for choice in self.choices)}"

    def read(self, given: object) -> object:
        """The choice that reads so."""
        return next((choice for choice in self.choices if str(choice) == given), given)

    def admits(self, value: object) -> bool:
        """True for one of the choices, of the same type."""
        return any(type(value) is type(choice) and value == choice for choice in self.choices)


@dataclass(frozen=True, kw_only=True)
class Text:
    """Text of a certain form."""

    words: str
    #: A regular expression for the whole of it.
    pattern: str

    def read(self, given: object) -> object:
        """Text stands for itself."""
        return given

    def admits(self, value: object) -> bool:
        """True for text of the form."""
        return isinstance(value, str) and re.fullmatch(self.pattern, value) is not None


@dataclass(frozen=True, kw_only=True)
class Several:
    """Any number of values up to a limit, none twice."""

    each: Bound
    most: int

    @property
    def words(self) -> str:
        """The limit, and what each value must be."""
        return f"at most {self.most}, with commas between them and none twice, each {self.each.words}"

    def read(self, given: object) -> object:
        """Text is split at its commas; a list becomes a tuple."""
        if isinstance(given, str):
            given = [part.strip() for part in given.split(",") if part.strip()]
        return tuple(self.each.read(item) for item in given) if isinstance(given, list) else given

    def admits(self, value: object) -> bool:
        """True for a tuple of admitted values."""
        if not isinstance(value, tuple) or len(value) > self.most:
            return False
        return all(self.each.admits(item) for item in value) and len(set(value)) == len(value)
