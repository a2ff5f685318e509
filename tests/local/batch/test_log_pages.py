"""Pages of output: every line once, from either end, whatever the size of a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchplane_local.batch.cloudwatch.log_pages import Page, Wanted, page_of
from batchplane_local.batch.machine.output import Output
from batchplane_local.batch.refused import Refused

LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20), max_size=20)


def output(body: bytes, *, is_complete: bool = True, marks: list[tuple[int, int]] | None = None) -> Output:
    """An output of these bytes."""
    return Output(
        size=len(body),
        is_complete=is_complete,
        marks=[(1000, len(body))] if marks is None else marks,
        read=lambda offset, size: body[offset : offset + size],
    )


def messages(page: Page) -> list[str]:
    """The lines of a page."""
    return [line.message for line in page.lines]


@given(LINES, st.integers(min_value=1, max_value=7))
def test_forward_pages_show_every_line_once(lines: list[str], limit: int) -> None:
    """Going on from token to token from the head shows all lines in order, and ends with the same token."""
    body = "".join(f"{line}\n" for line in lines).encode()
    page = page_of(output(body), Wanted(limit=limit, from_head=True))
    shown = messages(page)
    for _ in range(len(lines) + 1):
        page = page_of(output(body), Wanted(limit=limit, token=page.forward))
        shown += messages(page)
    assert shown == lines
    assert page_of(output(body), Wanted(token=page.forward)).forward == page.forward


@given(LINES, st.integers(min_value=1, max_value=7))
def test_backward_pages_show_every_line_once(lines: list[str], limit: int) -> None:
    """Going on from token to token from the tail shows all lines, each page in order."""
    body = "".join(f"{line}\n" for line in lines).encode()
    page = page_of(output(body), Wanted(limit=limit))
    shown = messages(page)
    for _ in range(len(lines) + 1):
        page = page_of(output(body), Wanted(limit=limit, token=page.backward))
        shown = messages(page) + shown
    assert shown == lines


@given(LINES, st.data())
def test_a_log_that_grows_shows_every_line_once(lines: list[str], data: st.DataObject) -> None:
    """Reading on while the job writes, at any moment, shows each line once and no half of one."""
    body = "".join(f"{line}\n" for line in lines).encode()
    moments = sorted(data.draw(st.lists(st.integers(min_value=0, max_value=len(body)), max_size=5)))
    shown: list[str] = []
    token = None
    for size in moments:
        page = page_of(output(body[:size], is_complete=False), Wanted(token=token, from_head=True))
        shown, token = shown + messages(page), page.forward
    shown += messages(page_of(output(body), Wanted(token=token, from_head=True)))
    assert shown == lines


def test_a_last_line_without_end_shows_when_the_attempt_has_ended() -> None:
    """What isn't a whole line yet is kept back only while more can come."""
    running = page_of(output(b"one\ntwo", is_complete=False), Wanted(from_head=True))
    ended = page_of(output(b"one\ntwo"), Wanted(token=running.forward))
    assert (messages(running), messages(ended)) == (["one"], ["two"])


def test_the_tail_is_shown_unless_the_head_is_asked_for() -> None:
    """Without a token, the last lines are shown, or the first ones with startFromHead."""
    body = output(b"1\n2\n3\n")
    assert [messages(page_of(body, Wanted(limit=2, from_head=head))) for head in (False, True)] == [
        ["2", "3"],
        ["1", "2"],
    ]


def test_lines_are_picked_by_time() -> None:
    """Lines from startTime on and before endTime are shown."""
    body = output(b"1\n2\n3\n", marks=[(1000, 2), (2000, 4), (3000, 6)])
    pages = [page_of(body, Wanted(start=2000, end=3000, from_head=head)) for head in (True, False)]
    assert [messages(page) for page in pages] == [["2"], ["2"]]


def test_a_line_has_the_time_at_which_it_had_been_written() -> None:
    """Times come from the marks that were made while the attempt ran."""
    page = page_of(output(b"1\n2\n3\n", marks=[(1000, 2), (2000, 6)]), Wanted(from_head=True))
    assert [line.at for line in page.lines] == [1000, 2000, 2000]


def test_a_line_longer_than_an_event_is_cut() -> None:
    """An event has at most 256 KiB less 26 bytes, and nothing of a longer line is lost."""
    body = b"x" * 600_000 + b"\n"
    page = page_of(output(body), Wanted(from_head=True))
    assert [len(line.message) for line in page.lines] == [262_118, 262_118, 75_764]


@pytest.mark.parametrize(
    "line",
    [
        b"x" * 262_118,
        b"x" * 262_119,
        b"\xe2\x82\xac" * 700_000,
        b"\x80" * 1_600_000,
        b"a\n" * 3 + b"x" * 1_100_000 + b"\nb",
    ],
)
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_long_lines_are_cut_at_the_same_places_either_way(line: bytes, end: bytes) -> None:
    """Between characters, with nothing lost, and with no blank line after the last piece."""
    body = output(line + end)
    pages = [page_of(body, Wanted(from_head=True))]
    for _ in range(5):
        pages.append(page_of(body, Wanted(token=pages[-1].forward)))
    back = [page_of(body, Wanted())]
    for _ in range(5):
        back.append(page_of(body, Wanted(token=back[-1].backward)))
    forward_lines = [line for page in pages for line in page.lines]
    backward_lines = [line for page in reversed(back) for line in page.lines]
    assert line.decode(errors="replace").replace("\n", "") == "".join(each.message for each in forward_lines)
    assert "" not in [each.message for each in forward_lines]
    assert forward_lines == backward_lines


def test_a_running_attempts_long_line_is_shown_piece_by_piece() -> None:
    """Up to the last piece that can't grow any more, from either end."""
    body = output(b"a\n" + b"x" * 600_000, is_complete=False)
    pages = [page_of(body, Wanted(from_head=head)) for head in (True, False)]
    assert [[1, 262_118, 262_118]] * 2 == [[len(line.message) for line in page.lines] for page in pages]


def test_a_late_start_time_is_found_without_reading_what_lies_before() -> None:
    """From the beginning of the line that was being written then."""
    reads: list[int] = []
    body = b"x\n" * 1_000_000 + b"half a line, late\n"

    def read(offset: int, size: int) -> bytes:
        reads.append(offset)
        return body[offset : offset + size]

    marks = [(1000, 2_000_000), (1500, 2_000_004), (2000, len(body))]
    page = page_of(Output(size=len(body), is_complete=True, marks=marks, read=read), Wanted(start=1600, from_head=True))
    assert (["half a line, late"], True) == (messages(page), min(reads) > 1_000_000)


def test_nuls_and_blank_lines_stay() -> None:
    """Text is shown as it was printed."""
    assert ["a\0b", "", "\r"] == messages(page_of(output(b"a\0b\n\n\r\n"), Wanted(from_head=True)))


def test_a_page_has_at_most_a_mebibyte() -> None:
    """A page ends before it grows larger, and the next goes on."""
    body = output((b"x" * 1023 + b"\n") * 1500)
    first = page_of(body, Wanted(from_head=True))
    second = page_of(body, Wanted(token=first.forward))
    assert (len(first.lines), len(second.lines)) == (1024, 476)


def test_bytes_that_are_no_text_are_replaced() -> None:
    """A job may print anything."""
    assert messages(page_of(output(b"\xff\xfe!\n"), Wanted(from_head=True))) == ["��!"]


def test_a_foreign_token_is_refused() -> None:
    """A token that was never given out is an error, not a page."""
    foreign = "x"
    with pytest.raises(Refused):
        page_of(output(b""), Wanted(token=foreign))
