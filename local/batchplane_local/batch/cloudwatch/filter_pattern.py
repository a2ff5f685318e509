"""CloudWatch Logs' filter patterns for unstructured log events: words that a message must or must not have. Pure.

`a b` asks for both, `"a b"` for the phrase, `-a` for none of it, `?a ?b` for either. A term with other characters than
letters, digits and _ is put in quotation marks. Patterns for JSON and for columns are refused, and so are regular
expressions.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable

from batchplane_local.batch.refused import Refused

_TERM = re.compile(r'([-?]?)(?:"([^"]+)"|([^\s"]+))(?:\s+|$)')
_WORD = re.compile(r"\w+")


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a message fits the pattern, case and all; every message fits an empty one. Raises Refused."""
    pattern = pattern.strip()
    if pattern.startswith(("{", "[", "%")):
        raise Refused(f"filterPattern must be words here, not JSON, columns or a regular expression: {pattern}")
    terms = _terms(pattern)
    words = {sign: [term[2] or term[3] for term in terms if term[1] == sign] for sign in ("", "-", "?")}

    def matches(message: str) -> bool:
        if any(word in message for word in words["-"]):
            return False
        if words[""] or not words["?"]:
            # Beside words that are asked for, those of which any would do mean nothing, as in the service.
            return all(word in message for word in words[""])
        return any(word in message for word in words["?"])

    return matches


def _terms(pattern: str) -> list[re.Match[str]]:
    """The terms of a pattern: their signs, and their texts with quotation marks or without. Raises Refused."""
    terms = list(_TERM.finditer(pattern))
    if "".join(term[0] for term in terms) != pattern:
        raise Refused(f"filterPattern has a quotation mark too many, or too few: {pattern}")
    for term in terms:
        if term[3] and not _WORD.fullmatch(term[3]):
            raise Refused(
                f"Invalid filter pattern: Invalid character(s) in term '{term[3]}'; "
                f"only in quotation marks may there be others than letters, digits and _: {pattern}"
            )
    return terms
