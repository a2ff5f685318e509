"""Bodies that nobody means well with: too long, too deep, no text, no JSON, and what JSON should not hold."""

from __future__ import annotations

import gzip
import json

#: The largest body that API Gateway hands on, in bytes.
MOST_BYTES = 10 * 1024 * 1024
#: Brackets within brackets.
DEEP = 100_000
_GOOD = '{"jobName": "n", %s}'
_MEMBERS = {f"member{number}": number for number in range(DEEP)}
#: By what they are.
STRANGE = {
    "nothing": "",
    "null": "null",
    "no object": "[]",
    "deep lists": "[" * DEEP,
    "deep lists that end": "[" * DEEP + "]" * DEEP,
    "deep objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "deep in a member": _GOOD % f'"parameters": {"[" * DEEP}{"]" * DEEP}',
    "ten megabytes of blanks": " " * MOST_BYTES,
    "ten megabytes of a name": json.dumps({"jobName": "n" * (MOST_BYTES - 20)}),
    "a number beyond a double": _GOOD % '"vcpus": 1e400',
    "a number of ten thousand digits": _GOOD % f'"vcpus": {"9" * 10_000}',
    "a fraction of ten thousand digits": _GOOD % f'"memory": 0.{"1" * 10_000}',
    "an exponent of ten thousand digits": _GOOD % f'"vcpus": 1e{"9" * 10_000}',
    "no number": _GOOD % '"vcpus": NaN',
    "infinite": _GOOD % '"vcpus": Infinity',
    "a NUL": _GOOD % '"command": ["a\\u0000"]',
    "a bare NUL": '{"jobName": "\0"}',
    "a lone surrogate": _GOOD % '"command": ["\\ud800"]',
    "a lone surrogate as a name": _GOOD % '"environment": {"\\udfff": "1"}',
    "a lone surrogate as a member": _GOOD % '"\\ud800": 1',
    "text after the end": '{"jobName": "n"} {}',
    "a byte order mark": '\ufeff{"jobName": "n"}',
    "a hundred thousand members": json.dumps(_MEMBERS),
    "a hundred thousand members of a member": json.dumps({"jobName": "n", "tags": _MEMBERS}),
    "a hundred thousand items": json.dumps(
        {"jobName": "n", "containerOverrides": {"resourceRequirements": [{}] * DEEP}}
    ),
    "a million items that are empty": _GOOD % f'"x": [{"[]," * 1_000_000}[]]',
    "names of a megabyte": json.dumps({f"{number}{'n' * 2**20}": 1 for number in range(3)}),
    **{f"{depth} deep": _GOOD % f'"parameters": {"[" * depth}{"]" * depth}' for depth in (40, 400, 900, 940, 980)},
    "a million blanks in a quantity": _GOOD % f'"memory": "1{" " * 1_000_000}x"',
    "strings that do not end": '{"a": "' + '\\"' * 1_000_000,
}
#: No text in UTF-8.
BYTES = {
    "no UTF-8": b'{"jobName": "\xff"}',
    "UTF-16": '{"jobName": "n"}'.encode("utf-16"),
    "a surrogate in UTF-8": b'{"jobName": "\xed\xa0\x80"}',
    "packed": gzip.compress(b'{"jobName": "n"}'),
    "a bomb": gzip.compress(b" " * MOST_BYTES),
}
