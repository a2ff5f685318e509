"""Bounds that several operations share: names, tags, reasons, retry strategies, timeouts, sizes, pages.

Each is one that the service's model does not state, in the service's own words where they are known. Raises Refused,
and nothing else.
https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

import msgspec

from batchplane_local.batch.refused import Refused

_RESOURCE_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_RULE_TEXT = re.compile(r"[A-Za-z0-9.:\s]{0,511}[A-Za-z0-9.:\s*]")
_RULE_EXIT_CODE = re.compile(r"[0-9]{0,511}[0-9*]")
#: Letters and digits of any script, spaces, and _ . : / = + - @.
_TAG_TEXT = re.compile(r"[\w\s.:/=+\-@]*")
#: Tags of one resource; job and definition together, where tags are propagated.
MOST_TAGS = 50
#: Names or ARNs in one Describe request, and the greatest maxResults.
_DESCRIBED = 100


def check_name(name: str) -> None:
    """Refuse a name of a queue, an environment or a definition."""
    if not _RESOURCE_NAME.fullmatch(name):
        _refuse(f"Provided name {name} is not supported pattern[a-zA-Z_0-9-]{{1,128}}")


def check_strategy(request: Mapping[str, Any]) -> None:
    """Refuse a retryStrategy or a timeout out of bounds."""
    timeout = request.get("timeout", {}).get("attemptDurationSeconds", 60)
    if timeout < 60:
        _refuse(f"Timeout attemptDurationSeconds must be at least 60 seconds, got {timeout}")
    strategy = request.get("retryStrategy")
    if strategy is None:
        return
    if "attempts" not in strategy:
        _refuse("RetryAttempts must be provided with retry strategy")
    if not 1 <= strategy["attempts"] <= 10:
        _refuse(f"RetryAttempts must be between 1 and 10, got {strategy['attempts']}")
    rules = strategy.get("evaluateOnExit", ())
    if len(rules) > 5:
        _refuse(f"evaluateOnExit must have at most 5 entries, got {len(rules)}")
    for rule in rules:
        _check_rule(rule)


def check_priority(member: str, request: Mapping[str, Any]) -> None:
    """Refuse a scheduling priority out of bounds, of a job or of a definition."""
    priority = request.get(member, 0)
    if not 0 <= priority <= 9999:
        _refuse(f"{member} must be between 0 and 9999, got {priority}")


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse more tags, or others, than a resource can carry."""
    if len(tags) > MOST_TAGS:
        _refuse(f"A resource can have at most {MOST_TAGS} tags, got {len(tags)}")
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            _refuse(f"Tag keys can't begin with aws:, which is reserved, got {key[:140]}")
        if not 1 <= len(key) <= 128 or len(value) > 256:
            _refuse(f"Tag keys must have 1 to 128 characters and values at most 256: {key[:140]}")
        for text in (key, value):
            if not _TAG_TEXT.fullmatch(text):
                _refuse(f"Tags may have letters, numbers, spaces and _ . : / = + - @, got {text[:140]}")


def check_reason(reason: str) -> None:
    """Refuse a reason for cancelling or terminating that is empty or too long."""
    if not 1 <= len(reason) <= 1024:
        _refuse(f"Reason must have 1 to 1024 characters, got {len(reason)}")


def check_described(kind: str, named: Sequence[str]) -> None:
    """Refuse more names than one Describe request may have."""
    if len(named) > _DESCRIBED:
        _refuse(f"Maximum number of {kind} supported is {_DESCRIBED}")


def page_size(request: Mapping[str, Any]) -> int:
    """How many records a page has: maxResults, 1 to 100, or 100 without it."""
    size: int = request.get("maxResults", _DESCRIBED)
    if not 1 <= size <= _DESCRIBED:
        _refuse(f"maxResults must be between 1 and {_DESCRIBED}, got {size}")
    return size


def check_size(what: str, request: Mapping[str, Any], *, kib: int) -> None:
    """Refuse a request of more than so many KiB as JSON."""
    size = len(msgspec.json.encode(request))
    if size > kib * 1024:
        _refuse(f"{what} size must be less than {kib} KiB, got {-(-size // 1024)} KiB")


def check_texts(request: Mapping[str, Any]) -> None:
    """Refuse a request with a string that no process, no file and no database can be given."""
    try:
        encoded = msgspec.json.encode(request)
    except UnicodeEncodeError:
        encoded = b""
    # Few requests look as if they had one, so that few are searched string by string.
    if encoded and b"\\u0000" not in encoded:
        return
    for text in _texts(request):
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            _refuse(f"Requests can't contain null characters or lone surrogates, got {text[:60]!r}")


def _texts(document: Any) -> Iterator[str]:
    """Every string in a document, the names of its members too."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, Mapping):
        for name, member in document.items():
            yield name
            yield from _texts(member)
    elif isinstance(document, Sequence) and not isinstance(document, (bytes, bytearray)):
        for member in document:
            yield from _texts(member)


def _check_rule(rule: Mapping[str, str]) -> None:
    if rule["action"].upper() not in ("RETRY", "EXIT"):
        _refuse(f"evaluateOnExit action must be RETRY or EXIT, got {rule['action']}")
    if not rule.keys() & {"onExitCode", "onReason", "onStatusReason"}:
        _refuse("evaluateOnExit entries must have one of onExitCode, onReason, onStatusReason")
    for member, pattern in (("onExitCode", _RULE_EXIT_CODE), ("onReason", _RULE_TEXT), ("onStatusReason", _RULE_TEXT)):
        if member in rule and not pattern.fullmatch(rule[member]):
            _refuse(f"evaluateOnExit {member} does not match its pattern: {rule[member][:60]}")


def _refuse(words: str) -> NoReturn:
    raise Refused(words)
