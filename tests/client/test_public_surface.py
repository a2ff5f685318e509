"""What the package promises: exports, its errors' tree, its exit codes."""

import batchplane
from batchplane import _errors
from batchplane.cli import _exit_code
from batchplane.cli._exit_code import ExitCode


def test_everything_exported_is_public_and_sorted() -> None:
    """`from batchplane import ...` offers what `__all__` names, in order."""
    public = {name for name in vars(batchplane) if not name.startswith("_") and name != "cli"}

    assert (sorted(batchplane.__all__), set(batchplane.__all__)) == (batchplane.__all__, public)


def _errors_of_the_client() -> list[type[Exception]]:
    return [kind for kind in vars(_errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]


def test_every_error_stands_in_the_tree_and_is_exported() -> None:
    """The tree at the top of the module is the whole family."""
    for error in _errors_of_the_client():
        assert error.__name__ in (_errors.__doc__ or "")
        assert error.__name__ in batchplane.__all__
        assert issubclass(error, batchplane.BatchplaneError)


def test_every_exit_code_stands_in_the_help() -> None:
    """The table that people read has a row for each number."""
    for code in ExitCode:
        assert f"\n{code.value} " in (_exit_code.__doc__ or "")
