"""The plane on AWS is what its function's environment says."""

import json
from pathlib import Path

from controlplane.aws.plane import AwsPlane


def test_the_deployment_is_read_from_the_environment(tmp_path: Path) -> None:
    """The document, half of it in a file, where the API answers, and the IOBucket's name."""
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"name": "lab", "operators": ["user/ada"], "openReading": True}))
    environment = {
        "BATCHPLANE_DEPLOYMENT": json.dumps({"jobQueues": [], "jobDefinitions": []}),
        "BATCHPLANE_SETTINGS": str(settings),
        "BATCHPLANE_IO_BUCKET": "lab-io",
        "BATCHPLANE_URL": "https://api.test/",
    }
    deployment = AwsPlane(environment).deployment

    assert ("lab", "https://api.test", "lab-io") == (deployment.name, deployment.url, deployment.io_bucket)
    assert (frozenset({"user/ada"}), True) == (deployment.operators, deployment.open_reading)
