"""The adapter's requests with one thing less in them: a condition, a once, a removal. Each must be seen to be missing.

What there is to take away is read from what the adapter sends, so that nothing that is added to it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_ONCE = re.compile(r"(#\w+) = if_not_exists\(\1, (:\w+)\)")
_REMOVE = re.compile(r" ?REMOVE (.+)$")
_HISTORY = re.compile(r"\bh\d+\b")
_VALUE = re.compile(r":\w+")
Request = Mapping[str, Any]
#: A weaker request, with the words for what it lacks.
Weaker = tuple[str, dict[str, Any]]


class Noting:
    """A client that notes what could be taken away from the requests that pass it."""

    def __init__(self, client: Any, found: set[str]) -> None:
        self._client = client
        self._found = found

    def __getattr__(self, name: str) -> Any:
        return _meeting(self._client, name, self._note)

    def _note(self, request: Request) -> Request:
        self._found.update(words for words, _ in _weaker(request))
        return request


class Weakened:
    """A client whose every request lacks one thing, where it had it."""

    def __init__(self, client: Any, lacks: str) -> None:
        self._client = client
        self._lacks = lacks

    def __getattr__(self, name: str) -> Any:
        return _meeting(self._client, name, self._weaken)

    def _weaken(self, request: Request) -> Request:
        # A condition may lack a part that is there twice, as one attribute of history beside another.
        for words, weaker in _weaker(request):
            if words == self._lacks:
                return self._weaken(weaker)
        return request


def _meeting(client: Any, name: str, met: Callable[[Request], Request]) -> Any:
    operation = getattr(client, name)
    if name not in ("put_item", "update_item"):
        return operation
    return lambda **request: operation(**met(request))


def _weaker(request: Request) -> Iterator[Weaker]:
    """Every way to take one thing away."""
    write = _write(request)
    conditions = _conjuncts(request.get("ConditionExpression", ""))
    for place, each in enumerate(conditions):
        left = " AND ".join(conditions[:place] + conditions[place + 1 :])
        weaker = {name: value for name, value in request.items() if name != "ConditionExpression"}
        yield f"{write} if {_plain(each, request)}", weaker | ({"ConditionExpression": left} if left else {})
    update = request.get("UpdateExpression", "")
    for once in _ONCE.finditer(update):
        always = f"{update[: once.start()]}{once[1]} = {once[2]}{update[once.end() :]}"
        yield f"{write} once {_plain(once[1], request)}", {**request, "UpdateExpression": always}
    removal = _REMOVE.search(update)
    for name in removal[1].split(", ") if removal else ():
        others = [each for each in removal[1].split(", ") if each != name] if removal else []
        left = update[: removal.start()] if removal else update
        left += f" REMOVE {', '.join(others)}" if others else ""
        yield f"{write} removes {_plain(name, request)}", {**request, "UpdateExpression": left.strip()}


def _write(request: Request) -> str:
    """Which write it is, by what it is for."""
    key = request.get("Key", request.get("Item", {}))["sk"]["S"]
    if "Item" in request:
        return f"put {key}"
    names = set(re.findall(r"#\w+", request["UpdateExpression"]))
    if "#order" in names:
        return f"update {key} to the newest"
    return f"update {key} in {', '.join(sorted({_plain(each, request) for each in names}))}"


def _conjuncts(expression: str) -> list[str]:
    """The parts of a condition that all must hold."""
    parts, depth = [""], 0
    for word in re.split(r"( AND )|(?=[()])", expression):
        if word == " AND " and depth == 0:
            parts.append("")
            continue
        depth += (word or "").count("(") - (word or "").count(")")
        parts[-1] += word or ""
    # What is joined by OR alone is one part.
    return [part for part in parts if part]


def _plain(expression: str, request: Request) -> str:
    """An expression without placeholders; every attribute of history is alike."""
    for token, name in request.get("ExpressionAttributeNames", {}).items():
        expression = re.sub(rf"{token}\b", name, expression)
    return _VALUE.sub("?", _HISTORY.sub("h", expression))
