"""Every function is whole: a handler that only opens doors, a sample event, a row in the table of functions."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py"))


def test_there_are_five_functions() -> None:
    """The house has these doors and no others."""
    expected = ["alert_on_failure", "reconcile_jobs", "record_state_change", "serve_api", "submit_job"]

    assert expected == FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_handler_is_short(function: str) -> None:
    """A handler parses, makes one call, renders."""
    assert len((ROOT / "lambdas" / function / "handler.py").read_text().splitlines()) <= 40


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_a_sample_event(function: str) -> None:
    """What it is called with can be looked at."""
    assert list((ROOT / "events" / function).glob("*.json"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_a_row_in_the_table(function: str) -> None:
    """lambdas/README.md names it."""
    assert f"[{function}]({function}/handler.py)" in (ROOT / "lambdas" / "README.md").read_text()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_a_test(function: str) -> None:
    """Each handler is run over a plane in tests/flow."""
    tests = (path.read_text() for path in (ROOT / "tests" / "flow").glob("*.py"))

    assert any(f"from lambdas.{function}.handler import build" in text for text in tests)


def test_no_test_patches_what_it_tests() -> None:
    """Fakes are the embedded implementations; nothing is patched."""
    banned = "mock" + ".patch"
    wrong = [path.name for path in (ROOT / "tests").rglob("*.py") if banned in path.read_text()]

    assert [] == wrong
