"""Duels over registered definitions: who registers a name at the same time, and who retires it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from controlplane.definitions.registered import RegisteredDefinition
from tests.builders import registered_definition
from tests.chaos.ring import Duel, Ring

FIRST, LATER = registered_definition(revision=9), registered_definition(revision=10, owner="user/bob")


def two_registrations(ring: Ring) -> Iterator[str]:
    """Of two revisions of a name the one stands that AWS Batch counted last, whoever is told of it first."""
    kept: list[RegisteredDefinition] = []

    def keep(definition: RegisteredDefinition) -> None:
        if ring.definitions.keep(definition):
            kept.append(definition)

    ring.meet(lambda: keep(FIRST), lambda: keep(LATER))
    if ring.definitions.find("aligner") != LATER or LATER not in kept:
        yield f"{ring.definitions.find('aligner')} stands, and {kept} were told that theirs does"


def a_registration_and_a_retirement(ring: Ring) -> Iterator[str]:
    """Who retires a revision retires no later one, and makes nothing of a name that is not there."""
    if ring.definitions.retire(FIRST) or ring.definitions.find("aligner"):
        yield "what is not there was retired"
    ring.definitions.keep(FIRST)
    ring.meet(lambda: ring.definitions.retire(FIRST) and None, lambda: ring.definitions.keep(LATER) and None)
    if ring.definitions.find("aligner") != LATER:
        yield f"{ring.definitions.find('aligner')} stands"


REGISTRATIONS: tuple[Duel, ...] = (two_registrations, a_registration_and_a_retirement)
