"""The controlplane layer: the locked libraries and the plane itself, for the functions' platform. Needs no Docker."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

_ROOT = Path(__file__).resolve().parent.parent
_REQUIREMENTS = _ROOT / "requirements" / "layer.txt"
_PACKAGE = _ROOT / "layers" / "controlplane" / "python" / "controlplane"
#: The oldest Linux that the wheels must run on; every Lambda runtime is newer.
_PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}


def build_layer(output_dir: Path, *, platform: str | None, python_version: str) -> None:
    """Lay a layer out under a folder, as `python/...`. Raises CalledProcessError where a wheel can't be had.

    Platform: uv's word for it, "aarch64-manylinux2014"; None for the machine that this runs on.
    """
    python = output_dir / "python"
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable]
    install += ["--require-hashes", "--only-binary", ":all:", "--requirements", str(_REQUIREMENTS)]
    install += ["--target", str(python), "--python-version", python_version]
    install += ["--python-platform", platform] if platform else []
    # Standard output is the CDK's own.
    subprocess.run(install, check=True, stdout=sys.stderr)  # noqa: S603 - every word is ours
    # Neither is imported, and both differ from machine to machine.
    (python / ".lock").unlink(missing_ok=True)
    shutil.rmtree(python / "bin", ignore_errors=True)
    shutil.copytree(_PACKAGE, python / _PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    if _is_bytecode_known(python_version):
        _compile(python)


class ControlplaneLayer(Construct):
    """One layer for all functions."""

    def __init__(self, scope: Construct, construct_id: str, *, python_version: str, architecture: str) -> None:
        super().__init__(scope, construct_id)
        bundler = _Bundler(platform=_PLATFORMS[architecture], python_version=python_version)
        code = lambda_.Code.from_asset(
            str(_PACKAGE.parent.parent),
            asset_hash=_digest(architecture, python_version, str(_is_bytecode_known(python_version))),
            asset_hash_type=cdk.AssetHashType.CUSTOM,
            # The image is never pulled: the bundler does it all, or fails.
            bundling=cdk.BundlingOptions(image=cdk.DockerImage.from_registry("none"), local=bundler),
        )
        self.layer = lambda_.LayerVersion(
            self,
            "Layer",
            code=code,
            compatible_architectures=[lambda_architecture(architecture)],
            compatible_runtimes=[lambda_runtime(python_version)],
            description="controlplane and the libraries that it needs",
        )


def _is_bytecode_known(python_version: str) -> bool:
    """Whether the Python that runs this writes what the functions' Python reads: bytecode is of one version alone."""
    return python_version == f"{sys.version_info.major}.{sys.version_info.minor}"


def _compile(python: Path) -> None:
    """Lay the bytecode beside the sources. Lambda can't write it: every cold start would compile all of them.

    Unchecked, for the times of files do not survive the way to Lambda.
    """
    words = ["-q", "-j0", "--invalidation-mode", "unchecked-hash", "-s", str(python), "-p", "/opt/python"]
    subprocess.run([sys.executable, "-m", "compileall", *words, str(python)], check=True, stdout=sys.stderr)  # noqa: S603 - every word is ours


@jsii.implements(cdk.ILocalBundling)
class _Bundler:
    def __init__(self, *, platform: str, python_version: str) -> None:
        self._platform = platform
        self._python_version = python_version

    def try_bundle(self, output_dir: str, options: cdk.BundlingOptions) -> bool:  # noqa: ARG002 - the CDK's signature
        build_layer(Path(output_dir), platform=self._platform, python_version=self._python_version)
        return True


def lambda_architecture(name: str) -> lambda_.Architecture:
    """AWS Lambda's architecture of this name."""
    return {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}[name]


def lambda_runtime(python_version: str) -> lambda_.Runtime:
    """AWS Lambda's runtime of a Python version, "3.13"."""
    return lambda_.Runtime(f"python{python_version}", lambda_.RuntimeFamily.PYTHON)


def _digest(*words: str) -> str:
    """Another one whenever the layer would differ."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in _sources():
        digest.update(f"\0{path.relative_to(_ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield Path(__file__).resolve()
    yield _REQUIREMENTS
    yield from sorted(path for path in _PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
