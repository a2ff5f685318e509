"""The templates that `app.py` synthesizes, made once a session by running it as a deployment does, and read as data.

Nothing is asked of Docker, of an account, or of the network: the layer's bundling is skipped.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: The longest that a synthesis may take, in seconds; it takes about four.
_PATIENCE = 300

Template = dict[str, Any]


def synthesize(outdir: Path, context: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run app.py with no more environment than it needs, and settings as the CDK's command line would hand them on."""
    environment = {name: os.environ[name] for name in ("HOME", "JSII_NODE", "PATH", "TMPDIR") if name in os.environ}
    environment |= {
        "CDK_CONTEXT_JSON": json.dumps({"aws:cdk:bundling-stacks": []} | dict(context or {})),
        "CDK_DOCKER": "/bin/false",
        "CDK_OUTDIR": str(outdir),
        # What it checks, `make synth` checks too; here it would double the time.
        "CDK_VALIDATION": "false",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
    return subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(ROOT / "app.py")],
        capture_output=True,
        check=False,
        cwd=outdir,
        env=environment,
        text=True,
        timeout=_PATIENCE,
    )


def assembly() -> Path:
    """The cloud assembly of the default settings; it goes when the session ends. Raises RuntimeError."""
    outdir, done = _assembly()
    if done.returncode != 0:
        raise RuntimeError(f"app.py ended with {done.returncode}:\n{done.stderr}")
    return outdir


@cache
def _assembly() -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Once a session, also where it fails: every test that reads it would try again."""
    outdir = Path(tempfile.mkdtemp(prefix="batchplane-assembly-"))
    atexit.register(shutil.rmtree, outdir, ignore_errors=True)
    return outdir, synthesize(outdir)


@cache
def environment_template() -> Template:
    """The template of what jobs need."""
    return template("batchplane-environment")


@cache
def plane_template() -> Template:
    """The template of what people need."""
    return template("batchplane-plane")


@cache
def quota_template() -> Template:
    """The template of what people need, where owners have quotas. Raises RuntimeError."""
    with tempfile.TemporaryDirectory(prefix="batchplane-quotas-") as outdir:
        done = synthesize(Path(outdir), {"batchplane:quotaJobs": "100", "batchplane:quotaVcpus": "1000"})
        if done.returncode != 0:
            raise RuntimeError(f"app.py ended with {done.returncode}:\n{done.stderr}")
        return template("batchplane-plane", Path(outdir))


def template(stack: str, directory: Path | None = None) -> Template:
    """The template of a stack, of the default assembly or of another."""
    read: Template = json.loads(((directory or assembly()) / f"{stack}.template.json").read_text())
    return read


def properties(template: Template, resource_type: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of a type, by logical id."""
    resources = template["Resources"].items()
    return {key: each.get("Properties", {}) for key, each in resources if each["Type"] == resource_type}


def one(template: Template, resource_type: str, beginning: str = "") -> tuple[str, dict[str, Any]]:
    """Logical id and properties of the only resource of a type, or of the only one whose id begins so."""
    found = [(key, each) for key, each in properties(template, resource_type).items() if key.startswith(beginning)]
    if len(found) != 1:
        raise LookupError(f"{resource_type} {beginning}*: one was looked for, found are {[key for key, _ in found]}")
    return found[0]


def settings_document(directory: Path | None = None) -> dict[str, Any]:
    """What the functions are told by a file of their layer, of the default assembly or of another."""
    (file,) = (directory or assembly()).glob("asset.*/batchplane/settings.json")
    document: dict[str, Any] = json.loads(file.read_text())
    return document


def deployment_document(template: Template) -> dict[str, Any]:
    """What serve_api is told of the environment: text, but for the references in it, which are "?"."""
    _, function = one(template, "AWS::Lambda::Function", "ServeApi")
    written = function["Environment"]["Variables"]["BATCHPLANE_DEPLOYMENT"]
    text = "".join(part if isinstance(part, str) else "?" for part in written["Fn::Join"][1])
    document: dict[str, Any] = json.loads(text)
    return document
