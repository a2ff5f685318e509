"""The filters of ListJobs, as conditions in SQL that an index answers, each with its order. Reads nothing.

Every one is a walk along one index from a place on, so that the last page is as quick as the first.
https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

from batchplane_local.batch.names import name_in
from batchplane_local.batch.refused import Refused

_NUMBER = re.compile(r"[0-9]{1,18}")
#: Sorts after every name that begins with what stands before it.
_LAST_CHARACTER = "\U0010ffff"
_NEWEST_FIRST = "submission.key DESC"


class Place(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last job of a page; a token is nothing else. Jobs that come and go meanwhile don't move it."""

    key: int
    created_at: int
    job_name: str

    @classmethod
    def of(cls, token: str) -> Place:
        """What a token says. Raises Refused."""
        try:
            return msgspec.json.decode(base64.urlsafe_b64decode(token), type=cls)
        except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
            raise Refused(f"Invalid nextToken {token[:60]}") from error

    @property
    def token(self) -> str:
        """For the caller, who isn't to look into it."""
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode()


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A stretch of one index: which jobs, joined to their submission, and in what order."""

    where: str
    values: Sequence[object]
    order: str = _NEWEST_FIRST


def walks(given: Mapping[str, Any], after: Place | None, definitions: Sequence[str]) -> list[Walk]:
    """The stretches by which a filter is answered, one after the other. Raises Refused.

    Args:
        given: The filter.
        after: Where the page before ended; None for the first page.
        definitions: Names with revisions of all job definitions.
    """
    name, values = given.get("name", ""), given.get("values", ())
    if len(values) != 1:
        raise Refused(f"ListJobs filter {name} takes one value, got {len(values)}")
    (value,) = values
    match name:
        case "JOB_NAME":
            return _by_name(value, after)
        case "JOB_DEFINITION":
            return [_by_definition(each, after) for each in definitions if _is_meant(each, value)]
        case "BEFORE_CREATED_AT" | "AFTER_CREATED_AT":
            return [_by_time(name, value, after)]
        case "SHARE_IDENTIFIER":
            return [_before(Walk(where="share_identifier = ?", values=[value]), after)]
        case _:
            raise Refused(f"ListJobs has no filter {name}")


def _before(walk: Walk, after: Place | None) -> Walk:
    """The same from a place on."""
    if after is None:
        return walk
    return Walk(where=f"{walk.where} AND submission.key < ?", values=[*walk.values, after.key], order=walk.order)


def _by_name(value: str, after: Place | None) -> list[Walk]:
    """Jobs of one name, newest first; with an asterisk, name by name."""
    if not value.endswith("*"):
        return [_before(Walk(where="job_name = ? COLLATE NOCASE", values=[value]), after)]
    prefix, order = value[:-1], "job_name COLLATE NOCASE, submission.key DESC"
    names = Walk(where="job_name >= ? AND job_name < ?", values=[prefix, prefix + _LAST_CHARACTER], order=order)
    if after is None:
        return [names]
    same = _before(Walk(where="job_name = ? COLLATE NOCASE", values=[after.job_name]), after)
    later = Walk(where="job_name > ? AND job_name < ?", values=[after.job_name, prefix + _LAST_CHARACTER], order=order)
    return [same, later]


def _by_definition(definition: str, after: Place | None) -> Walk:
    return _before(Walk(where="job_definition = ?", values=[definition]), after)


def _is_meant(definition: str, value: str) -> bool:
    """Whether a filter's value, an ARN with its revision or a name, means this revision."""
    if value.startswith("arn:"):
        return definition == name_in(value)
    name = definition.partition(":")[0]
    return name.startswith(value[:-1]) if value.endswith("*") else name == value


def _by_time(name: str, value: str, after: Place | None) -> Walk:
    if not _NUMBER.fullmatch(value):
        raise Refused(f"ListJobs filter {name} takes epoch milliseconds, got {value}")
    order = "created_at DESC, submission.key DESC"
    conditions: dict[str, list[int]] = {}
    if name == "AFTER_CREATED_AT":
        conditions["created_at > ?"] = [int(value)]
    elif after is None:
        # What lies before a place lies before the moment too: one bound, by which the index is entered.
        conditions["created_at < ?"] = [int(value)]
    if after is not None:
        conditions["(created_at, submission.key) < (?, ?)"] = [after.created_at, after.key]
    return Walk(where=" AND ".join(conditions), values=[*chain(*conditions.values())], order=order)
