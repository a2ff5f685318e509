"""What is known of a deployment before it is deployed, as a file in a layer: settings that functions read.

AWS Lambda takes 4 KB of variables, all together, and lists of names would fill them. A layer is there when a function
starts, and costs it no call. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

#: Where Lambda lays the file; the layer's own files begin below /opt.
SETTINGS_FILE = "/opt/batchplane/settings.json"


class SettingsLayer(Construct):
    """A layer of one file. Another document makes another version of it."""

    def __init__(self, scope: Construct, construct_id: str, *, document: Mapping[str, Any]) -> None:
        """Write the document, which must hold no token, and stage it."""
        super().__init__(scope, construct_id)
        if cdk.Token.is_unresolved(document):
            raise ValueError("the settings' layer is written now, and a token is known when the stack is deployed")
        with TemporaryDirectory(prefix="batchplane-settings-") as folder:
            file = Path(folder, *Path(SETTINGS_FILE).parts[2:])
            file.parent.mkdir()
            file.write_text(json.dumps(document, separators=(",", ":")))
            self.layer = lambda_.LayerVersion(
                self, "Version", code=lambda_.Code.from_asset(folder), description="the settings of the deployment"
            )
