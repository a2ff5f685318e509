"""Documents of AWS Batch's requests from files: one, as the AWS CLI takes it, or one a line. Sends nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from batchplane._errors import ArgumentInvalid, FileFailed

#: Stands for standard input.
STDIN = "-"


def read_document(file: Path | None) -> dict[str, Any]:
    """The document in the file that `--cli-input-json` names; empty without one. Raises FileFailed, ArgumentInvalid."""
    return {} if file is None else _object(_text(str(file), "--cli-input-json"), f"--cli-input-json {file}")


def read_definition(file: str) -> dict[str, Any]:
    """The RegisterJobDefinition document in the file that `--from` names. Raises FileFailed, ArgumentInvalid."""
    return _object(sys.stdin.read() if file == STDIN else _text(file, "--from"), f"--from {file}")


def read_lines(file: str) -> list[dict[str, Any]]:
    """The documents in the file that `--from` names, one a line; empty lines are none.

    Raises FileFailed, ArgumentInvalid.
    """
    text = sys.stdin.read() if file == STDIN else _text(file, "--from")
    lines = enumerate(text.splitlines(), start=1)
    return [_object(line, f"--from {file}: line {number}", line=number) for number, line in lines if line.strip()]


def _text(file: str, option: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise FileFailed(f"{option} {file} can't be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ArgumentInvalid(f"{option} {file} must be UTF-8: {error}") from error


def _object(text: str, where: str, *, line: int = 1) -> dict[str, Any]:
    """The object that begins in this line of its file."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {line + error.lineno - 1}, column {error.colno}"
        raise ArgumentInvalid(f"{where} must be JSON: {error.msg} at {place}") from error
    except RecursionError as error:
        raise ArgumentInvalid(f"{where} must be JSON that nests less deeply") from error
    if not isinstance(document, dict):
        raise ArgumentInvalid(f"{where} must be a JSON object; it is a {type(document).__name__}")
    return document
