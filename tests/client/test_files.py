"""A job's files: pages of them, where they are saved, and the commands `outputs` and `inputs`."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from batchplane import Client, FileFailed


def file(name: str, url: str | None = "http://bucket.test/o") -> dict[str, Any]:
    """A file as the plane lists one."""
    return {"name": name, "size": None if url is None else 5, "url": url}


def test_files_are_listed_page_by_page(client: Client, plane: Any, job_document: Any) -> None:
    """The cursor of a page leads to the next."""
    plane.answer("GET /jobs/j1", job_document())
    pages = ({"outputs": [file("a")], "cursor": "a"}, {"outputs": [file("b/c")], "cursor": None})
    plane.answer("GET /jobs/j1/outputs", *pages)

    assert [each.name for each in client.job("j1").outputs()] == ["a", "b/c"]
    assert plane.asked()[1:] == ["GET /jobs/j1/outputs", "GET /jobs/j1/outputs?cursor=a"]


def test_a_child_has_outputs_of_its_own_and_its_array_s_inputs(client: Client, plane: Any, job_document: Any) -> None:
    """Every child is given the same."""
    plane.answer("GET /jobs/j1/children/2", job_document(type="ArrayChild", arrayProperties={"index": 2}))
    plane.answer("GET /jobs/j1/children/2/outputs", {"outputs": [file("a")], "cursor": None})
    plane.answer("GET /jobs/j1/inputs", {"inputs": [file("in"), file("gone", None)], "cursor": None})
    child = client.job("j1:2")

    assert ([each.name for each in child.outputs()], [each.name for each in child.inputs()]) == (["a"], ["in"])


def test_outputs_are_saved_below_a_folder(
    plane: Any, run: Callable[..., Result], job_document: Any, tmp_path: Path
) -> None:
    """By their names, folders and all; each line names the path."""
    plane.bucket["/o"] = b"hello"
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("GET /jobs/j1/outputs", {"outputs": [file("a"), file("b/c")], "cursor": None})

    result = run("outputs", "j1", "--to", str(tmp_path / "new"))

    assert [line.split() for line in result.stdout.splitlines()] == [
        ["5", f"{tmp_path}/new/a"],
        ["5", f"{tmp_path}/new/b/c"],
    ]
    assert b"hello" == (tmp_path / "new" / "b" / "c").read_bytes()


@pytest.mark.parametrize("word", ["inputs", "outputs"])
def test_files_are_listed_as_json(plane: Any, run: Callable[..., Result], job_document: Any, word: str) -> None:
    """For scripts, without the links: those are secrets."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer(f"GET /jobs/j1/{word}", {word: [file("a")], "cursor": None})

    assert json.loads(run(word, "j1", "--json").stdout) == {"files": [{"name": "a", "size": 5}]}


@pytest.mark.parametrize("word", ["inputs", "outputs"])
def test_no_files_is_said(plane: Any, run: Callable[..., Result], job_document: Any, word: str) -> None:
    """Beside the list, which is empty for scripts."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer(f"GET /jobs/j1/{word}", {word: [], "cursor": None})
    result = run(word, "j1")

    assert ("", "There are no such files.\n") == (result.stdout, result.stderr)


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a\\b", "C:x", "a\nb", "", "link/x"])
def test_a_name_does_not_lead_out_of_the_folder(
    client: Client, plane: Any, job_document: Any, tmp_path: Path, name: str
) -> None:
    """A job names its outputs, and what lies on this machine is none of its business."""
    folder = tmp_path / "to"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    plane.bucket["/o"] = b"hello"
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("GET /jobs/j1/outputs", {"outputs": [file(name)], "cursor": None})

    (output,) = client.job("j1").outputs()

    with pytest.raises(FileFailed, match="is not saved"):
        output.save_below(folder)
    assert [folder] == list(tmp_path.iterdir())


def test_no_link_is_logged(
    client: Client, plane: Any, job_document: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Who holds one may read what it names; httpx tells every address where a program logs at INFO."""
    plane.bucket["/o"] = b"hello"
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("GET /jobs/j1/outputs", {"outputs": [file("a", "http://bucket.test/o?X-Amz-Signature=hush")]})
    with caplog.at_level(logging.INFO, logger="httpx"):
        (found,) = client.job("j1").outputs()
        found.save(tmp_path / "a")

    assert ("http://bucket.test/o?signed" in caplog.text, "hush" in caplog.text) == (True, False)
