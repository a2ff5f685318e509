"""A client that is made when it is first used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.config import Config

from controlplane.aws.client import AtFirstCall, new_session
from tests.waiting import PATIENCE_SECONDS


class Maker:
    """Makes clients, each when so many have asked for one, and keeps count of them."""

    def __init__(self, askers: int = 0) -> None:
        self.made = 0
        self.asked = Semaphore(0)
        self._askers = askers

    def __call__(self) -> Any:
        """One more."""
        for _ in range(self._askers):
            self.asked.acquire(timeout=PATIENCE_SECONDS)
        self._askers = 0
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
    """Many ask while the first one makes it."""
    maker = Maker(askers=8)
    client = AtFirstCall(maker)

    def ask(_: int) -> int:
        maker.asked.release()
        return int(client.answer())

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(8)))

    assert ([42] * 8, 1) == (answers, maker.made)


@pytest.mark.parametrize("own", [None, Config(retries={"total_max_attempts": 1, "mode": "standard"})])
def test_a_call_that_hangs_ends_before_its_function(own: Config | None) -> None:
    """Of every service, whatever else its client is told; serve_api has 29 seconds."""
    client = new_session().create_client("sqs", region_name="eu-west-1", config=own)

    assert (2, 10) == (client.meta.config.connect_timeout, client.meta.config.read_timeout)
