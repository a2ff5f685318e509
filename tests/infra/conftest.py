"""A second deployment, every setting of which differs from the default where the template can show it."""

from pathlib import Path

import pytest

from tests.template import Template, synthesize, template

_CONTEXT = {
    "batchplane:deploymentName": "lab",
    "batchplane:alertEmails": "ada@example.org,grace@example.org",
    "batchplane:definitionImages": "ghcr.io/lab/*,public.ecr.aws/lab/*:1.?",
    "batchplane:fairShare": "true",
    "batchplane:instanceTypes": "m7i,c7i.large",
    "batchplane:ioBucketDays": "7",
    "batchplane:jobMemoryMib": "3072",
    "batchplane:jobVcpus": "2",
    "batchplane:maxVcpus": "8",
    "batchplane:natGateways": "0",
    "batchplane:nodes": "4",
    "batchplane:jwtIssuer": "https://example.auth0.com/",
    "batchplane:jwtAudience": "batchplane,https://batch.example.org",
    "batchplane:openDefinitions": "true",
    "batchplane:openReading": "true",
    "batchplane:alertOwnEndings": "true",
    "batchplane:operatorClaim": "cognito:groups=batch-admins",
    "batchplane:operators": "auth0|ada,grace@example.org",
    "batchplane:placementGroup": "true",
    "batchplane:runnerImage": "public.ecr.aws/example/runner:1",
}


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of the deployment `lab`."""
    outdir = tmp_path_factory.mktemp("lab")
    done = synthesize(outdir, _CONTEXT)
    assert (done.returncode, done.stderr) == (0, "")  # and no warning
    return outdir


@pytest.fixture(scope="session")
def lab_environment(lab: Path) -> Template:
    """What its jobs need."""
    return template("lab-environment", lab)


@pytest.fixture(scope="session")
def lab_plane(lab: Path) -> Template:
    """What its people need."""
    return template("lab-plane", lab)
