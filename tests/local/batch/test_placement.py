"""Which environment has room, and which queue comes first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from batchplane_local.batch.jobs.container import Need
from batchplane_local.batch.jobs.placement import Capacity, Environment, queues_by_priority
from batchplane_local.batch.resources.catalogue import COMPUTE_ENVIRONMENT, JOB_QUEUE, Catalogue

MACHINE = Need(milli_vcpus=4000, memory=1000)
WHOLE = Environment(name="whole", milli_vcpus=None)
SMALL = Environment(name="small", milli_vcpus=1000)
NEEDS = st.builds(
    Need, milli_vcpus=st.integers(min_value=1, max_value=4000), memory=st.integers(min_value=4, max_value=1000)
)


def vcpus(count: int) -> Need:
    """So many vCPUs, and hardly any memory."""
    return Need(milli_vcpus=count * 1000, memory=4)


def test_the_first_environment_with_room_is_taken() -> None:
    """Environments are tried in order."""
    capacity = Capacity(machine=MACHINE)
    first = capacity.place(vcpus(1), [SMALL, WHOLE])
    capacity.take(vcpus(1), "small")
    second = capacity.place(vcpus(1), [SMALL, WHOLE])
    assert (first, second) == ("small", "whole")


def test_what_is_given_back_is_free() -> None:
    """An environment has room again when an attempt has ended."""
    capacity = Capacity(machine=MACHINE)
    capacity.take(vcpus(1), "small")
    capacity.give_back(vcpus(1), "small", ())
    assert capacity.place(vcpus(1), [SMALL]) == "small"


def test_gpus_are_numbered_and_each_has_one_attempt() -> None:
    """The lowest numbers that are free are given; an attempt without GPUs gets none."""
    capacity = Capacity(machine=Need(milli_vcpus=4000, memory=1000, gpus=3))
    one, two = Need(milli_vcpus=1, memory=4, gpus=1), Need(milli_vcpus=1, memory=4, gpus=2)
    first, second = capacity.take(one, "whole"), capacity.take(two, "whole")
    assert (first, second, capacity.take(vcpus(1), "whole"), capacity.place(one, [WHOLE])) == ((0,), (1, 2), (), None)
    capacity.give_back(two, "whole", second)
    capacity.give_back(one, "whole", first)
    assert capacity.take(two, "whole") == (0, 1)


def test_memory_counts_as_vcpus_do() -> None:
    """A need fits when both its vCPUs and its memory are free."""
    capacity = Capacity(machine=MACHINE)
    capacity.take(Need(milli_vcpus=1, memory=999), "whole")
    assert capacity.place(vcpus(1), [WHOLE]) is None


def test_what_is_larger_than_the_machine_could_never_be_placed() -> None:
    """A need beyond the machine, or beyond every environment, never fits."""
    capacity = Capacity(machine=MACHINE)
    assert [
        capacity.could_place(vcpus(5), [WHOLE]),
        capacity.could_place(vcpus(2), [SMALL]),
        capacity.could_place(vcpus(4), [SMALL, WHOLE]),
    ] == [False, False, True]


@given(st.lists(NEEDS, max_size=12))
def test_what_runs_never_exceeds_the_machine(needs: list[Need]) -> None:
    """Whatever is asked for in whatever order, what was placed together fits the machine."""
    capacity = Capacity(machine=MACHINE)
    placed = []
    for need in needs:
        if capacity.place(need, [WHOLE]) is not None:
            capacity.take(need, "whole")
            placed.append(need)
    assert sum(need.milli_vcpus for need in placed) <= 4000
    assert sum(need.memory for need in placed) <= 1000


def catalogue_of(*queues: tuple[str, int], state: str = "ENABLED") -> Catalogue:
    """One environment, and queues with these names and priorities over it."""
    catalogue = Catalogue(())
    environment = {"computeEnvironmentArn": "arn:here", "state": state, "computeResources": {"maxvCpus": 2}}
    catalogue.put(COMPUTE_ENVIRONMENT, "here", environment)
    order = [{"order": 1, "computeEnvironment": "arn:here"}]
    for name, priority in queues:
        catalogue.put(JOB_QUEUE, name, {"priority": priority, "computeEnvironmentOrder": order})
    return catalogue


def test_queues_are_served_by_priority() -> None:
    """The highest priority is served first; equal ones in the order in which they were made."""
    queues = queues_by_priority(catalogue_of(("low", 1), ("high", 9), ("late", 1)))
    assert [queue.name for queue in queues] == ["high", "low", "late"]


def test_an_environment_has_as_many_vcpus_as_it_says() -> None:
    """The bound maxvCpus holds for the environment's jobs together."""
    (queue,) = queues_by_priority(catalogue_of(("default", 1)))
    assert queue.environments == (Environment(name="here", milli_vcpus=2000, shared_milli_vcpus=2000),)


def test_a_disabled_environment_takes_no_jobs() -> None:
    """Jobs are placed in enabled environments only."""
    (queue,) = queues_by_priority(catalogue_of(("default", 1), state="DISABLED"))
    assert queue.environments == ()
