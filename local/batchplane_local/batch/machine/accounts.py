"""Whom a container's `user` means on this machine. Looks names up; changes no process.

The forms and the words are Docker's: https://docs.docker.com/reference/cli/docker/container/run/ (--user).
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
from dataclasses import dataclass

#: The greatest id that a user or a group can have.
_GREATEST_ID = 2**32 - 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A user of this machine, as processes run for it."""

    uid: int
    gid: int
    #: All groups, the first one among them.
    groups: tuple[int, ...]


def account_of(user: str) -> Account:
    """The account that `user`, `uid`, `user:group` or `uid:gid` means, in any mixture. Raises FileNotFoundError.

    A group that is named is the only one. A uid that no user has stands for the group of the same number, where
    Docker takes group 0: what is root's group in an image is root's group here too.
    """
    name, _, group = user.partition(":")
    entry = _user(name)
    uid = entry.pw_uid if entry else int(name)
    if group:
        gid = _group(group)
        return Account(uid=uid, gid=gid, groups=(gid,))
    if entry is None:
        return Account(uid=uid, gid=uid, groups=(uid,))
    return Account(uid=uid, gid=entry.pw_gid, groups=tuple(os.getgrouplist(entry.pw_name, entry.pw_gid)))


def _user(name: str) -> pwd.struct_passwd | None:
    """The user of this name or with this uid; None for a uid that no user has."""
    try:
        return pwd.getpwuid(int(name)) if _is_id(name) else pwd.getpwnam(name)
    except KeyError:
        if _is_id(name):
            return None
    raise FileNotFoundError(errno.ENOENT, f"unable to find user {name}: no matching entries in passwd file")


def _group(name: str) -> int:
    try:
        return int(name) if _is_id(name) else grp.getgrnam(name).gr_gid
    except KeyError:
        raise FileNotFoundError(
            errno.ENOENT, f"unable to find group {name}: no matching entries in group file"
        ) from None


def _is_id(name: str) -> bool:
    return name.isascii() and name.isdecimal() and int(name) <= _GREATEST_ID
