"""Ref::name in a command becomes the parameter's value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchplane_local.batch.jobs.parameters import substitute


@pytest.mark.parametrize(
    ("command", "parameters", "expected"),
    [
        (["solve", "Ref::input"], {"input": "a.json"}, ("solve", "a.json")),
        (["--in=Ref::input"], {"input": "a.json"}, ("--in=a.json",)),
        (["Ref::in/Ref::out"], {"in": "a", "out": "b"}, ("a/b",)),
        (["Ref::inputs"], {"input": "a"}, ("Ref::inputs",)),
        (["Ref::in-put"], {"in": "a", "in-put": "b"}, ("b",)),
        (["Ref::other"], {"input": "a"}, ("Ref::other",)),
        (["Ref::a"], {"a": "Ref::b", "b": "c"}, ("Ref::b",)),
        (["Ref::a"], {}, ("Ref::a",)),
    ],
)
def test_placeholders(command: list[str], parameters: dict[str, str], expected: tuple[str, ...]) -> None:
    """Known names are replaced, whole names only; all else stays."""
    assert substitute(command, parameters) == expected


@given(st.lists(st.text()), st.dictionaries(st.text(min_size=1), st.text()))
def test_a_command_without_placeholders_stays(command: list[str], parameters: dict[str, str]) -> None:
    """Whatever the parameters are, a command that has no placeholder is not changed."""
    plain = [word.replace("Ref::", "") for word in command]
    assert substitute(plain, parameters) == tuple(plain)
