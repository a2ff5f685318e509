"""Synthesizes a deployment: `python app.py`, or the CDK CLI by cdk.json. The only reader of context and environment."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra.environment_stack import EnvironmentStack
from infra.plane_stack import PlaneStack
from infra.settings import SettingInvalid, Settings

_HERE = Path(__file__).resolve().parent


def main() -> None:
    """Write the cloud assembly to where the CDK CLI asks for it, or to cdk.out."""
    app = cdk.App(
        # The CLI reads cdk.json by itself, and what it hands on goes before this.
        context=json.loads((_HERE / "cdk.json").read_text())["context"],
        outdir=os.environ.get("CDK_OUTDIR", str(_HERE / "cdk.out")),
        # Or the CLI would add a resource that tells AWS which constructs are used.
        analytics_reporting=False,
        default_stack_synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
    )
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    settings = Settings.from_context(app.node.get_all_context())
    name = settings.deployment_name
    jobs = EnvironmentStack(app, f"{name}-environment", settings=settings, description="What jobs need.")
    plane = PlaneStack(
        app, f"{name}-plane", settings=settings, environment=jobs.published, description="What people need."
    )
    plane.add_stack_dependency(jobs)
    app.synth()


if __name__ == "__main__":
    try:
        main()
    except SettingInvalid as error:
        sys.exit(str(error))
