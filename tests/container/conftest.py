"""The two ends of the runner: a plane that hands out links, and the runner itself as a process."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import PATIENCE_SECONDS

#: The runner's folder, started as the embedded engine and the image start it.
RUNNER = Path(__file__).parents[2] / "container" / "batchplane_runner"
CAPABILITY = "the-capability-of-this-job"


@dataclass
class Plane:
    """A plane and an IOBucket on a loopback port, and all that was asked of them."""

    url: str = ""
    #: Bytes by name in the working directory.
    inputs: dict[str, bytes] = field(default_factory=dict)
    #: What the container could not be given; None where it was given all.
    overrides: Any = None
    #: Statuses to answer first, by path; one is used up by each request.
    refusals: dict[str, list[int]] = field(default_factory=dict)
    #: Bodies of POST /runner/links.
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    #: Bytes by name, as they were PUT.
    uploads: dict[str, bytes] = field(default_factory=dict)
    #: Which child the plane says that the job is, and of how many.
    child: dict[str, int | None] = field(default_factory=dict)
    #: Paths in the order they were asked for.
    asked: list[str] = field(default_factory=list)
    #: Bytes of every download that are promised and not sent.
    missing_bytes: int = 0

    def content(self, path: str) -> bytes:
        """What lies under a link."""
        if path == "/overrides":
            return self.overrides if isinstance(self.overrides, bytes) else json.dumps(self.overrides).encode()
        return list(self.inputs.values())[int(path.rpartition("/")[2])]

    def links(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer of POST /runner/links."""
        return {
            "inputs": [
                {"name": name, "url": f"{self.url}/get/{at}?signature=s"} for at, name in enumerate(self.inputs)
            ],
            "overrides": None if self.overrides is None else {"url": f"{self.url}/overrides?signature=s"},
            "uploads": [
                {
                    "name": upload["name"],
                    "url": f"{self.url}/put/{upload['name']}?signature=s",
                    "method": "PUT",
                    "headers": {"x-checksum": upload["sha256"]},
                }
                for upload in request["uploads"]
            ],
            **self.child,
        }


class PlaneServer(ThreadingHTTPServer):
    """Serves one plane on a free loopback port."""

    def __init__(self, plane: Plane) -> None:
        super().__init__(("127.0.0.1", 0), PlaneHandler)
        self.plane = plane
        plane.url = f"http://127.0.0.1:{self.server_address[1]}"


class PlaneHandler(BaseHTTPRequestHandler):
    """Answers as the plane and as the IOBucket."""

    server: PlaneServer
    timeout = PATIENCE_SECONDS

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        """Hand out links."""
        body = self._body()
        if not self._refused():
            self.server.plane.requests.append(json.loads(body))
            self.server.plane.authorizations.append(self.headers.get("Authorization"))
            self._answer(200, json.dumps(self.server.plane.links(json.loads(body))).encode())

    def do_GET(self) -> None:
        """Give an input, or only the beginning of it."""
        if not self._refused():
            plane = self.server.plane
            content = plane.content(self._path())
            missing, plane.missing_bytes = plane.missing_bytes, 0
            self._answer(200, content[: len(content) - missing], missing)
            self.close_connection = True

    def do_PUT(self) -> None:
        """Take an output, if its headers are the ones that were asked for."""
        body = self._body()
        if not self._refused():
            assert self.headers["x-checksum"] == hashlib.sha256(body).hexdigest()
            self.server.plane.uploads[self._path().removeprefix("/put/")] = body
            self._answer(200)

    def _path(self) -> str:
        return self.path.partition("?")[0]

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, body: bytes = b"", promised: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) + promised))
        self.end_headers()
        self.wfile.write(body)

    def _refused(self) -> bool:
        refusals = self.server.plane.refusals.get(self._path())
        self.server.plane.asked.append(self._path())
        if not refusals:
            return False
        status = refusals.pop(0)
        self._answer(status, json.dumps({"detail": f"refused with {status}"}).encode())
        return True


@pytest.fixture(name="plane")
def _plane() -> Iterator[Plane]:
    plane = Plane()
    with PlaneServer(plane) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        yield plane
        server.shutdown()
        serving.join(PATIENCE_SECONDS)


@pytest.fixture(name="environment")
def _environment(plane: Plane) -> dict[str, str]:
    """What the plane sets for a job."""
    return {
        "PATH": os.environ["PATH"],
        "BATCHPLANE_URL": plane.url,
        "BATCHPLANE_JOB_ID": "j0000000000000000000000001",
        "BATCHPLANE_CAPABILITY": CAPABILITY,
    }


@pytest.fixture(name="start")
def _start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the runner in an empty working directory; what still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*argv: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(  # noqa: S603 - the runner is what is tested
            [sys.executable, "-I", str(RUNNER), *argv],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=PATIENCE_SECONDS)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run of the runner ended."""

    code: int
    out: str
    err: str


@pytest.fixture(name="run")
def _run(start: Callable[..., subprocess.Popen[str]]) -> Callable[..., Ended]:
    """Runs the runner to its end."""

    def run(*argv: str) -> Ended:
        process = start(*argv)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        return Ended(code=process.returncode, out=out, err=err)

    return run
