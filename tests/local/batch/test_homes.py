"""Working directories of other users' attempts: theirs alone, and gone when nobody needs them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from batchplane_local.batch.machine.accounts import Account
from batchplane_local.batch.machine.homes import Homes
from tests.waiting import wait_until

#: Whoever runs this test: giving something to others takes root.
ME = Account(uid=os.geteuid(), gid=os.getegid(), groups=(os.getegid(),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where homes lie; not made yet."""
    return tmp_path / "homes"


@pytest.fixture
def homes(folder: Path) -> Iterator[Homes]:
    """Homes in this folder."""
    with closing(Homes(folder)) as homes:
        yield homes


def mode(path: Path | str) -> int:
    """Who may do what with a file."""
    return stat.S_IMODE(Path(path).stat().st_mode)


def test_a_home_is_its_user_s_alone_and_can_be_reached(homes: Homes, folder: Path) -> None:
    """Whatever modes this process gives to files by default."""
    umask = os.umask(0o077)
    try:
        home = homes.make("one", ME)
    finally:
        os.umask(umask)
    assert (mode(folder), mode(home)) == (0o711, 0o700)


def test_nothing_is_made_before_it_is_needed(homes: Homes, folder: Path) -> None:
    """Most embedded Batches never run a job of another user."""
    assert not folder.exists()


def test_a_home_is_removed_with_all_that_is_in_it(homes: Homes) -> None:
    """In the background."""
    home = Path(homes.make("one", ME))
    (home / "deep").mkdir()
    homes.remove(str(home))
    wait_until(lambda: not home.exists(), "the home is removed")


def test_closing_removes_them_all(folder: Path) -> None:
    """And the folder that they lie in."""
    with closing(Homes(folder)) as homes:
        homes.make("one", ME)
    assert not folder.exists()


def test_what_an_earlier_life_left_is_removed(folder: Path) -> None:
    """A life that was killed removed nothing."""
    (folder / "left").mkdir(parents=True)
    with closing(Homes(folder)):
        assert not folder.exists()


def test_what_another_user_has_laid_in_the_way_is_not_used(folder: Path, tmp_path: Path) -> None:
    """A link to somewhere else is neither followed nor removed."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "kept").mkdir(parents=True)
    folder.symlink_to(elsewhere)
    with closing(Homes(folder)) as homes, pytest.raises(FileExistsError, match="belongs to another user: remove it"):
        homes.make("one", ME)
    assert (folder.is_symlink(), os.listdir(elsewhere)) == (True, ["kept"])  # noqa: PTH208 - names are enough
