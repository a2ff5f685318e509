"""Where a plane's data lies, and who may open it."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchplane_local.credentials import Credentials
from batchplane_local.data_folder import DataFolder, FolderRefused, default_folder

HOME = Path("/home/ada")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "/home/ada/.local/share/batchplane"),
        ({"XDG_DATA_HOME": "/data"}, "/data/batchplane"),
        ({"XDG_DATA_HOME": "/data", "BATCHPLANE_DATA": "/plane"}, "/plane"),
        ({"BATCHPLANE_DATA": ""}, "/home/ada/.local/share/batchplane"),
    ],
)
def test_a_users_plane_lies_among_the_users_data(environment: dict[str, str], expected: str) -> None:
    """Unless it is said otherwise."""
    assert Path(expected) == default_folder(environment, HOME)


def test_a_locked_folder_is_refused(tmp_path: Path) -> None:
    """Also within one process."""
    folder = DataFolder(tmp_path)

    with folder.locked(), pytest.raises(FolderRefused, match="runs over"), folder.locked():
        pass


def test_a_folder_is_free_once_its_plane_has_stopped(tmp_path: Path) -> None:
    """The lock's file stays; the lock does not."""
    folder = DataFolder(tmp_path)
    with folder.locked():
        pass

    with folder.locked():
        assert folder.is_plane


def test_credentials_are_read_as_they_were_written(tmp_path: Path) -> None:
    """A second writing takes the place of the first, whole."""
    path = tmp_path / "plane.json"
    Credentials(url="http://127.0.0.1:1", token="old", owner="ada").write(path)  # noqa: S106 - it opens nothing
    credentials = Credentials(url="http://127.0.0.1:2", token="new", owner="ada")  # noqa: S106
    credentials.write(path)

    assert (credentials, 2, [path]) == (Credentials.read(path), credentials.port, list(tmp_path.iterdir()))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": "http://127.0.0.1:1"}'])
def test_credentials_that_no_plane_wrote_are_refused(tmp_path: Path, content: str) -> None:
    """With the file's name, and what to do."""
    path = tmp_path / "plane.json"
    path.write_text(content)

    with pytest.raises(FolderRefused, match=f"^{path} can't be read .*remove it"):
        Credentials.read(path)


def test_credentials_show_no_token() -> None:
    """Wherever they may be printed."""
    assert "secret" not in repr(Credentials(url="http://127.0.0.1:1", token="secret", owner="ada"))  # noqa: S106


def test_where_no_plane_was_there_are_no_credentials(tmp_path: Path) -> None:
    """A first start finds none."""
    assert Credentials.read(tmp_path / "plane.json") is None
