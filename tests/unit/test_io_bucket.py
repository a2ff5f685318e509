"""Keys of the IOBucket are made by the plane, and no name leads out of a prefix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlplane.io_bucket import name_violation, outputs_prefix, owner_prefix, upload_key, upload_violations

SHA256 = "0" * 64


@pytest.mark.parametrize("name", ["a", "a.txt", "a/b/c.txt", "ä b", "...", ".hidden", "x" * 512, "ä" * 256])
def test_ordinary_names_are_taken(name: str) -> None:
    """A relative path is a name."""
    assert None is name_violation("name", name)


@pytest.mark.parametrize(
    "name",
    ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\\b", "a%2fb", "a\nb", "a\0b", "a\x85b", "a\u2028b", "\ud800"]
    + ["x" * 513, "ä" * 257, None, 7],
)
def test_names_that_lead_elsewhere_are_refused(name: object) -> None:
    """No absolute path, no way up, nothing that a downloader would read otherwise."""
    assert name_violation("name", name)


@given(one=st.text(min_size=1), other=st.text(min_size=1))
def test_no_owner_has_a_prefix_of_anothers(one: str, other: str) -> None:
    """Prefixes of two owners never begin with one another."""
    assert one == other or not owner_prefix(one).startswith(owner_prefix(other))


def test_keys_lie_under_their_owner() -> None:
    """An owner with a slash in the name is one folder all the same."""
    assert ("user%2Fada/uploads/u1/a/b", "user%2Fada/j1/outputs/3/") == (
        upload_key("user/ada", "u1", "a/b"),
        outputs_prefix("user/ada", "j1", 3),
    )


def test_every_fault_of_an_upload_is_named() -> None:
    """Name, size and checksum are checked together."""
    fields = [each.field for each in upload_violations("uploads.0.", name="..", size=-1, sha256="x")]

    assert ["uploads.0.name", "uploads.0.size", "uploads.0.sha256"] == fields


def test_an_empty_file_may_be_uploaded() -> None:
    """Zero bytes is a size."""
    assert [] == upload_violations("", name="a", size=0, sha256=SHA256)
