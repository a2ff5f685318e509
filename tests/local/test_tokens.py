"""Who holds a token speaks for its owner; what is stored opens nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from batchplane_local.database import Database
from batchplane_local.tokens import Tokens
from controlplane.errors import SubmissionInvalid


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[Tokens]:
    """No tokens yet."""
    with closing(Database(tmp_path / "plane.sqlite")) as database:
        yield Tokens(database)


def test_each_token_speaks_for_its_owner(tokens: Tokens) -> None:
    """Also the second one of an owner."""
    minted = [tokens.mint("ada"), tokens.mint("bob"), tokens.mint("ada")]

    assert ["ada", "bob", "ada"] == [tokens.owner_of(token) for token in minted]


@pytest.mark.parametrize("token", ["", "x", "\ud800", "a" * 100_000])
def test_what_was_never_minted_speaks_for_nobody(tokens: Tokens, token: str) -> None:
    """Whatever it is."""
    tokens.mint("ada")

    assert tokens.owner_of(token) is None


def test_no_token_is_stored(tokens: Tokens, tmp_path: Path) -> None:
    """Who reads the database finds digests."""
    token = tokens.mint("ada")

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert (True, False) == (b"ada" in stored, token.encode() in stored)


@pytest.mark.parametrize("owner", ["", "-", "a b", "a\n", "ä", "x" * 65, "a/b"])
def test_a_name_that_no_owner_may_have_is_refused(tokens: Tokens, owner: str) -> None:
    """With the field, the bound and the value."""
    with pytest.raises(SubmissionInvalid, match="^owner must be"):
        tokens.mint(owner)
