"""A client that is made when it is first used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from controlplane.aws.client import AtFirstCall


class Maker:
    """Makes clients, and keeps count of them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Any:
        """One more."""
        self.made += 1
        return SimpleNamespace(answer=lambda: 42)


def test_a_client_that_is_not_used_is_not_made() -> None:
    """A function pays for those alone that its work needs."""
    maker = Maker()
    AtFirstCall(maker)

    assert 0 == maker.made


def test_a_client_is_used_by_its_own_names() -> None:
    """Whatever it can, it does."""
    assert 42 == AtFirstCall(Maker()).answer()


def test_a_client_is_made_once_for_all_threads() -> None:
    """Many ask first at once."""
    maker = Maker()
    client = AtFirstCall(maker)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: client.answer(), range(64)))

    assert ([42] * 64, 1) == (answers, maker.made)
