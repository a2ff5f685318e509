"""What functions are told by variables fits, whatever the settings: AWS Lambda takes 4 KB of them, all together.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from pathlib import Path
from typing import Any

import pytest

from tests.template import Template, properties, settings_document, synthesize, template

#: Bytes, of names and values.
MOST = 4096
OPERATORS = [f"assumed-role/{place}".ljust(128, "x") for place in range(10)]
IMAGES = [f"example.org/{place}/".ljust(511, "i") + "*" for place in range(20)]
ALLOWED = [f"A_{place}_".ljust(128, "X") for place in range(50)]
#: Each setting that functions are told, at its bound.
CONTEXT = {
    "batchplane:deploymentName": "d" * 32,
    "batchplane:operators": ",".join(OPERATORS),
    "batchplane:jwtIssuer": "https://example.org",
    "batchplane:jwtAudience": "batchplane",
    "batchplane:operatorClaim": f"{'c' * 100}={'v' * 1000}",
    "batchplane:openReading": "true",
    "batchplane:alertOwnEndings": "true",
    "batchplane:allowedEnvironment": ",".join(ALLOWED),
    "batchplane:definitionImages": ",".join(IMAGES),
    "batchplane:quotaJobs": "100000",
    "batchplane:quotaVcpus": "10000000",
    "batchplane:quotaSubmissionsPerMinute": "100000",
    "batchplane:retentionDays": "3650",
    "batchplane:fairShare": "true",
    "batchplane:nodes": "1000",
    "batchplane:jobVcpus": "192",
    "batchplane:jobMemoryMib": "1572864",
    "batchplane:submissionsPerSecond": "47",
    "batchplane:submitters": "9",
}
_ARN = "arn:aws-us-gov:service:ap-southeast-1:123456789012:"
#: The longest that a reference to a resource becomes: SQS names a queue in 80 characters at most, CloudFormation a
#: table after its stack, its logical id, and 13 more.
REFERENCES = {
    "AWS::ApiGatewayV2::Api": "https://abcdef1234.execute-api.ap-southeast-1.amazonaws.com",
    "AWS::DynamoDB::Table": "t" * 80,
    "AWS::SNS::Topic": _ARN + "t" * 80,
    "AWS::SQS::Queue": "https://sqs.ap-southeast-1.amazonaws.com/123456789012/" + "q" * 80,
}
#: The same for what the environment's stack puts out: ARNs with the name, and a revision; a bucket's name.
OUTPUTS = {
    "JobQueue": _ARN + "job-queue/" + "n" * 32 + "-default",
    "JobDefinition": _ARN + "job-definition/" + "n" * 32 + "-runner:1000000",
    "LogGroup": "/aws/batch/" + "n" * 32 + "/runner",
    "IOBucket": "b" * 63,
}


@pytest.fixture(scope="module")
def largest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of those settings."""
    outdir = tmp_path_factory.mktemp("largest")
    done = synthesize(outdir, CONTEXT)
    assert done.returncode == 0, done.stderr
    return outdir


def written(value: Any, plane: Template) -> str:
    """A variable's value, each reference in it at its longest."""
    match value:
        case str():
            return value
        case {"Fn::Join": [delimiter, parts]}:
            return str(delimiter).join(written(part, plane) for part in parts)
        case {"Ref": logical_id} | {"Fn::GetAtt": [logical_id, _]}:
            return REFERENCES[plane["Resources"][logical_id]["Type"]]
        case {"Fn::GetStackOutput": {"OutputName": name}}:
            return next(longest for beginning, longest in OUTPUTS.items() if name.startswith(beginning))
    raise TypeError(f"a variable must be text or an intrinsic function; it is {value!r}")


def test_variables_fit_whatever_the_settings(largest: Path) -> None:
    """Those of every function, at every bound of what it is told."""
    plane = template(f"{'d' * 32}-plane", largest)
    functions = properties(plane, "AWS::Lambda::Function").values()
    variables = {each["Handler"]: each["Environment"]["Variables"] for each in functions}
    taken = {
        handler: sum(len(name) + len(written(value, plane)) for name, value in told.items())
        for handler, told in variables.items()
    }

    assert {handler: size for handler, size in taken.items() if size > MOST} == {}


def test_names_are_told_by_a_file(largest: Path) -> None:
    """As many as the settings take: no variable has room for them."""
    told = settings_document(largest)

    assert (OPERATORS, ALLOWED, IMAGES) == (told["operators"], told["allowedEnvironment"], told["definitionImages"])
