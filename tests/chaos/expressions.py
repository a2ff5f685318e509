"""DynamoDB's expressions, as far as the adapter writes them: conditions and updates, read once each. Does no I/O.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
_TOKEN = re.compile(r"\s*([#:]?\w+|<=|>=|<>|[=<>(),])")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: bool(one == other),
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    ">": lambda one, other: bool(one > other),
    ">=": lambda one, other: bool(one >= other),
}


@dataclass(frozen=True)
class Terms:
    """What an expression is about: an item, and what its placeholders stand for."""

    item: Item
    names: Mapping[str, str]
    values: Mapping[str, Mapping[str, Any]]

    def name(self, token: str) -> str:
        """An attribute's name."""
        return self.names[token] if token[0] == "#" else token

    def value(self, token: str) -> Mapping[str, Any] | None:
        """A value that was given, or an attribute's; None where the item has none."""
        return self.values[token] if token[0] == ":" else self.item.get(self.name(token))


Condition = Callable[[Terms], bool]


@dataclass(frozen=True)
class Assignment:
    """A part of SET. `once` leaves what is there."""

    name: str
    value: str
    once: bool


@dataclass(frozen=True)
class Changes:
    """An update."""

    sets: Sequence[Assignment]
    #: A name and a number each.
    adds: Sequence[tuple[str, str]]
    removes: Sequence[str]

    def applied(self, terms: Terms) -> dict[str, Mapping[str, Any]]:
        """The item after it."""
        new = dict(terms.item)
        for each in self.sets:
            name, value = terms.name(each.name), terms.value(each.value)
            assert value is not None, f"SET of {name} to nothing"
            new[name] = terms.item.get(name, value) if each.once else value
        for token, number in self.adds:
            name, value = terms.name(token), terms.value(number) or {}
            new[name] = {"N": str(int(terms.item.get(name, {"N": "0"})["N"]) + int(value["N"]))}
        for token in self.removes:
            new.pop(terms.name(token), None)
        return new


@cache
def condition(expression: str) -> Condition:
    """Read a condition."""
    tokens = tokens_of(expression)
    read = _any(tokens)
    assert not tokens, f"{expression!r} goes on with {tokens}"
    return read


@cache
def changes(expression: str) -> Changes:
    """Read an update."""
    sets: list[Assignment] = []
    removes: list[str] = []
    adds: list[tuple[str, str]] = []
    tokens = tokens_of(expression)
    clause = ""
    while tokens:
        if tokens[0] in ("SET", "ADD", "REMOVE", ","):
            clause = clause if tokens[0] == "," else tokens[0]
            del tokens[0]
        elif clause == "REMOVE":
            removes.append(tokens.pop(0))
        elif clause == "ADD":
            adds.append((tokens.pop(0), tokens.pop(0)))
        else:
            sets.append(_assignment(tokens))
    return Changes(sets, adds, removes)


def tokens_of(expression: str) -> list[str]:
    """The words and signs of an expression."""
    tokens = _TOKEN.findall(expression)
    assert "".join(tokens) == "".join(expression.split()), f"{expression!r} can't be read"
    return tokens


def _assignment(tokens: list[str]) -> Assignment:
    name, _, word = (tokens.pop(0) for _ in range(3))
    if word != "if_not_exists":
        return Assignment(name, word, once=False)
    _, same, _, value, _ = (tokens.pop(0) for _ in range(5))
    assert same == name, f"if_not_exists of {same} for {name}"
    return Assignment(name, value, once=True)


def _any(tokens: list[str]) -> Condition:
    parts = [_all(tokens)]
    while tokens and tokens[0] == "OR":
        del tokens[0]
        parts.append(_all(tokens))
    return lambda terms: any(part(terms) for part in parts)


def _all(tokens: list[str]) -> Condition:
    parts = [_one(tokens)]
    while tokens and tokens[0] == "AND":
        del tokens[0]
        parts.append(_one(tokens))
    return lambda terms: all(part(terms) for part in parts)


def _one(tokens: list[str]) -> Condition:
    word = tokens.pop(0)
    if word == "NOT":
        inner = _one(tokens)
        return lambda terms: not inner(terms)
    if word == "(":
        inner = _any(tokens)
        del tokens[0]
        return inner
    if tokens[0] == "(":
        return _call(word, _arguments(tokens))
    return _comparison(word, tokens)


def _call(function: str, arguments: Sequence[str]) -> Condition:
    name = arguments[0]
    if function == "begins_with":
        return lambda terms: _holds(terms, name, arguments[1], lambda one, other: one.startswith(other))
    assert function in ("attribute_exists", "attribute_not_exists"), f"{function} is not done here"
    wanted = function == "attribute_exists"
    return lambda terms: (terms.name(name) in terms.item) is wanted


def _comparison(name: str, tokens: list[str]) -> Condition:
    sign = tokens.pop(0)
    if sign == "IN":
        choices = _arguments(tokens)
        return lambda terms: any(_holds(terms, name, each, _COMPARISONS["="]) for each in choices)
    if sign == "BETWEEN":
        least, _, most = (tokens.pop(0) for _ in range(3))
        return lambda terms: (
            _holds(terms, name, least, _COMPARISONS[">="]) and _holds(terms, name, most, _COMPARISONS["<="])
        )
    other, compare = tokens.pop(0), _COMPARISONS[sign]
    return lambda terms: _holds(terms, name, other, compare)


def _arguments(tokens: list[str]) -> list[str]:
    end = tokens.index(")")
    found = [each for each in tokens[1:end] if each not in ","]
    del tokens[: end + 1]
    return found


def _holds(terms: Terms, one: str, other: str, compare: Callable[[Any, Any], bool]) -> bool:
    """Whether two values compare so; never where one is not there, or of another type."""
    values = terms.value(one), terms.value(other)
    if values[0] is None or values[1] is None:
        return False
    ((kind, first),), ((other_kind, second),) = values[0].items(), values[1].items()
    if kind != other_kind:
        return False
    return compare(Decimal(first), Decimal(second)) if kind == "N" else compare(first, second)
