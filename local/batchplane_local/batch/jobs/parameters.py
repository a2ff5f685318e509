"""Parameter substitution: `Ref::name` in a command. Changes nothing but the command's own text.

https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html#parameters
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

#: What can't follow a name, or the placeholder would be one of a longer name.
_END = r"(?![A-Za-z0-9_-])"


def substitute(command: Sequence[str], parameters: Mapping[str, str]) -> tuple[str, ...]:
    """The command with the value of each known parameter in the place of `Ref::name`; others stay as they are.

    Values are not looked through again: a value that reads `Ref::x` is passed on as it is.
    """
    if not parameters:
        return tuple(command)
    names = "|".join(re.escape(name) for name in sorted(parameters, key=len, reverse=True))
    placeholder = re.compile(f"Ref::({names}){_END}")
    return tuple(placeholder.sub(lambda match: parameters[match[1]], word) for word in command)
