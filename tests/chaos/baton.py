"""Actors that take turns: threads of which one runs at a time, and the one that has the baton says who is next.

Each rests at every call of a port or a client; who goes on there is chosen by the dice that it is given. So a run is
the same for the same dice, and a write is as atomic as a real table's, though the table is a mock. Waits are bounded.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

#: Seconds after which an actor that has not been given the baton gives up.
PATIENCE = 120.0
Actor = Callable[[], None]
#: Given a number of choices, one of them, counted from 0.
Choose = Callable[[int], int]
#: Most schedules that are tried of actors that are to meet in every order.
MOST_SCHEDULES = 20_000


class Stopped(BaseException):
    """Another actor has failed: nothing goes on."""


class Baton:
    """Who runs. Outside of `run` nobody rests."""

    def __init__(self, choose: Choose) -> None:
        self._choose = choose
        #: The actors that have not come to their ends, each by what wakes it.
        self._living: list[threading.Semaphore] = []
        self._turns: dict[int, threading.Semaphore] = {}
        self._errors: list[BaseException] = []

    def rest(self) -> None:
        """Let somebody go on: another, or whoever rests here."""
        mine = self._turns.get(threading.get_ident())
        if mine is None:
            return
        following = self._living[self._choose(len(self._living))]
        if following is not mine:
            following.release()
            self._wait(mine)
        if self._errors:
            raise Stopped

    def run(self, actors: Sequence[Actor]) -> None:
        """Run all to their ends. Raises what the first of them raised that failed."""
        self._living = [threading.Semaphore(0) for _ in actors]
        self._turns, self._errors = {}, []
        threads = [
            threading.Thread(target=self._play, args=(actor, mine), daemon=True)
            for actor, mine in zip(actors, list(self._living), strict=True)
        ]
        for thread in threads:
            thread.start()
        self._living[self._choose(len(self._living))].release()
        for thread in threads:
            thread.join(PATIENCE)
        if self._errors:
            raise self._errors[0]
        assert not any(thread.is_alive() for thread in threads), f"actors still run after {PATIENCE} s"

    def _play(self, actor: Actor, mine: threading.Semaphore) -> None:
        try:
            self._turns[threading.get_ident()] = mine
            self._wait(mine)
            if not self._errors:
                actor()
        except Stopped:
            pass
        except BaseException as error:
            self._errors.append(error)
        finally:
            del self._turns[threading.get_ident()]
            self._living.remove(mine)
            if self._living:
                self._living[self._choose(len(self._living))].release()

    def _wait(self, mine: threading.Semaphore) -> None:
        assert mine.acquire(timeout=PATIENCE), f"the baton did not come within {PATIENCE} s"


def every_schedule() -> Iterator[Choose]:
    """Dice for one run after another, until actors that do the same in each have met in every order."""
    script: list[int] = []
    for _ in range(MOST_SCHEDULES):
        choices: list[int] = []

        def choose(count: int, script: Sequence[int] = tuple(script), choices: list[int] = choices) -> int:
            choices.append(count)
            return script[len(choices) - 1] if len(choices) <= len(script) else 0

        yield choose
        script += [0] * (len(choices) - len(script))
        while script and script[-1] + 1 >= choices[len(script) - 1]:
            script.pop()
        if not script:
            return
        script[-1] += 1
    raise AssertionError(f"actors meet in more than {MOST_SCHEDULES} orders")
