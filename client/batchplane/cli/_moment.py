"""A moment as a person types it: an age such as 90m, 2h or 7d, or a date and time. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import typer

_AGE = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(given: str | None, option: str, *, now: datetime) -> datetime | None:
    """The moment that was typed; None where nothing was. A time without a zone is this machine's.

    Raises BadParameter.
    """
    if given is None:
        return None
    try:
        if age := _AGE.fullmatch(given):
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        return datetime.fromisoformat(given).astimezone()
    except (ValueError, OverflowError, OSError):
        bound = "an age such as 90m, 2h or 7d, or a time such as 2026-11-21T09:00"
        raise typer.BadParameter(f"{option} must be {bound}; it is {given!r}") from None
