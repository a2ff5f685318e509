"""The claim file tells of the attempts since the last commit, and of no other."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from batchplane_local.batch.database.claims import Claim, Claims


def claim(job: int) -> Claim:
    """The first attempt of a job."""
    return Claim(job=job, attempt=1, slot=1, environment=1)


def test_claims_since_the_last_commit_are_found(tmp_path: Path) -> None:
    """What was claimed before a commit that never came is there at the next opening."""
    claims = Claims(tmp_path / "claims", sync=False)
    claims.add(claim(1), generation=0)
    claims.add(claim(2), generation=0)
    claims.close()
    again = Claims(tmp_path / "claims", sync=True)
    assert again.uncovered(0) == [claim(1), claim(2)]
    again.close()


def test_a_commit_covers_its_claims(tmp_path: Path) -> None:
    """Once the commit has come, the claims before it are needless."""
    claims = Claims(tmp_path / "claims", sync=False)
    claims.add(claim(1), generation=0)
    assert claims.uncovered(1) == []
    claims.close()


def test_half_a_record_is_none(tmp_path: Path) -> None:
    """A record that was being written when the process died isn't read."""
    claims = Claims(tmp_path / "claims", sync=False)
    claims.add(claim(1), generation=0)
    claims.add(claim(2), generation=0)
    claims.close()
    content = bytearray((tmp_path / "claims").read_bytes())
    content[56:64] = bytes(8)
    (tmp_path / "claims").write_bytes(content)
    again = Claims(tmp_path / "claims", sync=False)
    assert again.uncovered(0) == [claim(1)]
    again.close()


def test_a_page_of_claims_is_not_the_end(tmp_path: Path) -> None:
    """There is room for as many claims as one commit covers."""
    claims = Claims(tmp_path / "claims", sync=False)
    for number in range(1000):
        claims.add(claim(number), generation=0)
    claims.close()
    again = Claims(tmp_path / "claims", sync=False)
    assert again.uncovered(0) == [claim(number) for number in range(1000)]
    again.close()


@given(st.lists(st.integers(min_value=0, max_value=5), min_size=1, max_size=8))
def test_only_the_claims_after_the_last_commit_count(claims_before_each_commit: list[int]) -> None:
    """However many claims came before each commit, those after the last one are found, all and in order."""
    expected: list[Claim] = []
    with TemporaryDirectory() as folder:
        claims = Claims(Path(folder) / "claims", sync=False)
        for generation, count in enumerate(claims_before_each_commit):
            expected = [claim(generation * 10 + number) for number in range(count)]
            for each in expected:
                claims.add(each, generation)
        found = claims.uncovered(len(claims_before_each_commit) - 1)
        claims.close()
    assert found == expected
