"""Registered job definitions are kept, by either plane's store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto import mock_aws

from batchplane_local.definitions import SqliteDefinitions
from controlplane.aws.dynamodb.definitions import DynamoDefinitions
from controlplane.definitions.registered import DefinitionRegistry
from tests.builders import T0, registered_definition
from tests.contract.conftest import PLANES, NewDatabase
from tests.contract.deployed import client, create_table


@pytest.fixture(name="registry", params=PLANES)
def _registry(request: pytest.FixtureRequest, new_database: NewDatabase) -> Iterator[DefinitionRegistry]:
    if request.param == "embedded":
        yield SqliteDefinitions(new_database())
    else:
        with mock_aws():
            dynamodb = client("dynamodb")
            yield DynamoDefinitions(dynamodb, table=create_table(dynamodb), clock=lambda: T0)


def test_what_is_kept_is_found_whole(registry: DefinitionRegistry) -> None:
    """By its name, and nothing by another."""
    kept = registry.keep(registered_definition())

    assert (True, registered_definition(), None) == (kept, registry.find("aligner"), registry.find("other"))


def test_a_later_revision_takes_the_place_of_an_earlier_one(registry: DefinitionRegistry) -> None:
    """With all that it says, and whatever its number is written like."""
    registry.keep(registered_definition(revision=9))
    later = replace(registered_definition(revision=10, owner="user/bob"), runner=False, image="other", told={})

    assert (True, later) == (registry.keep(later), registry.find("aligner"))


@pytest.mark.parametrize("revision", [9, 10])
def test_a_revision_that_comes_late_changes_nothing(registry: DefinitionRegistry, revision: int) -> None:
    """Of two who register at once, the one whom AWS Batch counted last."""
    registry.keep(registered_definition(revision=10))
    late = registered_definition(revision=revision, owner="user/bob")

    assert (False, registered_definition(revision=10)) == (registry.keep(late), registry.find("aligner"))


def test_all_are_listed_by_name(registry: DefinitionRegistry) -> None:
    """An empty list where there is none."""
    before = list(registry.list_registered())
    for name in ("folder", "aligner", "caller"):
        registry.keep(registered_definition(name))

    assert ([], ["aligner", "caller", "folder"]) == (before, [each.name for each in registry.list_registered()])


def test_what_is_retired_is_found_and_not_listed(registry: DefinitionRegistry) -> None:
    """As often as it is asked for; another revision is listed again."""
    registry.keep(registered_definition())
    retired = [registry.retire(registered_definition()) for _ in range(2)]
    found, listed = registry.find("aligner"), list(registry.list_registered())
    registry.keep(registered_definition(revision=2))

    assert ([True, True], replace(registered_definition(), is_active=False), []) == (retired, found, listed)
    assert [registered_definition(revision=2)] == list(registry.list_registered())


def test_another_revision_is_not_retired_with_one(registry: DefinitionRegistry) -> None:
    """It was registered in between; and what is not there is not made."""
    registry.keep(registered_definition(revision=2))
    retired = registry.retire(registered_definition()), registry.retire(registered_definition("other"))

    assert ((False, False), True, None) == (retired, registry.find("aligner").is_active, registry.find("other"))  # type: ignore[union-attr]
