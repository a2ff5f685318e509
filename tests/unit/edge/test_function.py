"""How a function starts up at its first call."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from controlplane.edge.function import Handler, first_call
from controlplane.plane import Plane


@pytest.fixture(autouse=True)
def searched_again() -> Iterator[None]:
    """What a first call has frozen is this process's too."""
    yield
    gc.unfreeze()


def test_a_function_is_built_once() -> None:
    """At its first call, and not before."""
    built: list[Plane] = []

    def build(plane: Plane) -> Handler:
        built.append(plane)
        return lambda event, _: event["n"]

    handler = first_call(build)
    before = len(built)

    assert (0, [1, 2], 1) == (before, [handler({"n": 1}, None), handler({"n": 2}, None)], len(built))


def test_no_garbage_is_searched_while_a_function_starts_up() -> None:
    """Its first answer is part of that, for clients are made when they are first used."""
    handler = first_call(lambda _: lambda *_: gc.isenabled())

    assert [False, True] == [handler({}, None), handler({}, None)]


def test_garbage_is_searched_again_where_a_start_has_failed() -> None:
    """And the next call tries to start anew."""
    tried: list[Any] = []

    def build(plane: Plane) -> Handler:
        tried.append(plane)
        raise KeyError("BATCHPLANE_TABLE")

    handler = first_call(build)
    for _ in range(2):
        with pytest.raises(KeyError):
            handler({}, None)

    assert (2, True) == (len(tried), gc.isenabled())
