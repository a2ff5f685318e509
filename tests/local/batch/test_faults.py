"""Faults are drawn from a seed, and refused where they make no sense."""

from __future__ import annotations

from typing import Any

import pytest

from batchplane_local.batch.fault_injection.faults import UNTOUCHED, Faults, FaultsRefused

#: Events and calls that a draw is made for.
MANY = 1000


def test_without_anything_set_nothing_goes_wrong() -> None:
    """Whatever the seed."""
    faults = Faults(seed=7)
    assert {faults.fate_of("event", number) for number in range(MANY)} == {UNTOUCHED}
    assert not any(faults.strikes_call("throttle", "SubmitJob", number) for number in range(MANY))
    assert faults.host_lost_after(1, 1) is None
    assert faults.holds("default") is False


def test_the_same_seed_draws_the_same_faults() -> None:
    """And another seed draws others."""

    def drawn(seed: int) -> list[object]:
        faults = Faults(seed=seed, drop_events=0.5, lose_host=0.5, lose_host_within_milliseconds=1000)
        return [(faults.fate_of(number), faults.host_lost_after(number, 1)) for number in range(MANY)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


@pytest.mark.parametrize("probability", [0.0, 0.1, 0.9, 1.0])
def test_faults_strike_with_their_probability(probability: float) -> None:
    """Within five standard deviations; never with 0, and always with 1."""
    faults = Faults(drop_events=probability)
    dropped = sum(faults.fate_of(number).is_dropped for number in range(MANY))
    deviation = (MANY * probability * (1 - probability)) ** 0.5
    assert abs(dropped - MANY * probability) <= 5 * deviation


def test_faults_of_different_kinds_are_drawn_apart() -> None:
    """An event that is dropped is not always the one that would be late."""
    faults = Faults(drop_events=0.5, delay_events=0.5)
    fates = {faults.fate_of(number)[:2] for number in range(MANY)}
    assert fates == {(False, False), (False, True), (True, False), (True, True)}


def test_a_named_operation_goes_before_all_others() -> None:
    """Even where it has no faults itself."""
    faults = Faults(throttle={"*": 1.0, "SubmitJob": 0.0})
    struck = {name: faults.strikes_call("throttle", name, 1) for name in ("SubmitJob", "ListJobs")}
    assert struck == {"SubmitJob": False, "ListJobs": True}


def test_a_host_is_lost_within_the_time_that_is_given() -> None:
    """Some early, some late."""
    faults = Faults(lose_host=1.0, lose_host_within_milliseconds=1000)
    moments = [faults.host_lost_after(number, 1) or 0 for number in range(MANY)]
    assert (min(moments) < 100, max(moments) > 900, max(moments) < 1000) == (True, True, True)


def test_queues_are_held_by_name_or_all_together() -> None:
    """A queue that isn't named is served."""
    assert [Faults(hold_runnable=("a",)).holds(name) for name in "ab"] == [True, False]
    assert [Faults(hold_runnable=True).holds(name) for name in "ab"] == [True, True]


def test_a_document_says_the_same_in_camel_case() -> None:
    """Lists are tuples then, so that nobody changes them."""
    document = {
        "seed": 7,
        "dropEvents": 0.5,
        "loseHostWithinMilliseconds": 10,
        "holdRunnable": ["default"],
        "failAfterAccepting": {"SubmitJob": 0.25},
    }
    expected = Faults(
        seed=7,
        drop_events=0.5,
        lose_host_within_milliseconds=10,
        hold_runnable=("default",),
        fail_after_accepting={"SubmitJob": 0.25},
    )
    assert expected == Faults.from_document(document)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], r"Faults must be a JSON object; they are \[\]"),
        ({"dropEvent": 1}, "dropEvent is no fault; there are seed, dropEvents, "),
        ({"dropEvents": 1.5}, "dropEvents must be a probability from 0 to 1; it is 1.5"),
        ({"loseHost": True}, "loseHost must be a probability from 0 to 1; it is True"),
        ({"seed": "x"}, "seed must be a whole number from -9223372036854775808 to 9223372036854775807; it is 'x'"),
        ({"delayMilliseconds": -1}, "delayMilliseconds must be a whole number from 0 to 86400000; it is -1"),
        ({"throttle": 0.5}, "throttle must map names of operations to probabilities; it is 0.5"),
        ({"throttle": {"submit_job": 1}}, "throttle must name operations of AWS Batch, .* it names 'submit_job'"),
        ({"cutAfterAccepting": {"*": 2}}, r"cutAfterAccepting\['\*'\] must be a probability from 0 to 1; it is 2"),
        ({"holdRunnable": [1]}, r"holdRunnable must be true, false or names of job queues; it is \(1,\)"),
    ],
)
def test_a_wrong_document_is_refused(document: Any, words: str) -> None:
    """The words name the member, the bound and the value."""
    with pytest.raises(FaultsRefused, match=words):
        Faults.from_document(document)


def test_a_wrong_field_is_refused_by_its_own_name() -> None:
    """In Python's spelling for who writes Python."""
    with pytest.raises(FaultsRefused, match="^drop_events must be a probability from 0 to 1; it is -1$"):
        Faults(drop_events=-1)
