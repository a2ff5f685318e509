"""SubmitJob's document from a command and settings."""

import pytest

from batchplane import ArgumentInvalid
from batchplane._submission import JobSettings, name_for, submit_job_document


def test_a_bare_command_says_nothing_of_the_rest() -> None:
    """What is left out is left to the deployment and to Batch."""
    document = submit_job_document(["echo", "hi"], {})

    assert document == {"jobName": "echo", "containerOverrides": {"command": ["echo", "hi"]}}


def test_every_setting_has_its_place_in_batch_s_document() -> None:
    """All settings together make the document of the AWS Batch API reference."""
    document = submit_job_document(
        ["work"],
        {
            "name": "n",
            "job_queue": "q",
            "job_definition": "d",
            "array_size": 7,
            "environment": {"A": "1"},
            "parameters": {"p": "v"},
            "vcpus": 2,
            "memory": "2 GiB",
            "gpus": 1,
            "attempts": 2,
            "timeout_seconds": 60,
            "depends_on": ["jx", {"jobId": "jy", "type": "N_TO_N"}],
            "tags": {"t": "u"},
            "propagate_tags": False,
            "share_identifier": "s",
            "scheduling_priority": 0,
        },
    )

    assert document == {
        "jobName": "n",
        "jobQueue": "q",
        "jobDefinition": "d",
        "arrayProperties": {"size": 7},
        "parameters": {"p": "v"},
        "containerOverrides": {
            "command": ["work"],
            "environment": [{"name": "A", "value": "1"}],
            "resourceRequirements": [
                {"type": "VCPU", "value": "2"},
                {"type": "MEMORY", "value": "2048"},
                {"type": "GPU", "value": "1"},
            ],
        },
        "retryStrategy": {"attempts": 2},
        "timeout": {"attemptDurationSeconds": 60},
        "dependsOn": [{"jobId": "jx"}, {"jobId": "jy", "type": "N_TO_N"}],
        "tags": {"t": "u"},
        "propagateTags": False,
        "shareIdentifier": "s",
        "schedulingPriorityOverride": 0,
    }


@pytest.mark.parametrize(
    ("memory", "mib"),
    [(512, "512"), ("512", "512"), ("8 GiB", "8192"), ("1.5GiB", "1536"), ("1 MB", "1"), ("2 TiB", "2097152")],
)
def test_memory_is_mib_or_a_quantity(memory: int | str, mib: str) -> None:
    """A number is MiB as in Batch; a quantity is rounded up to MiB."""
    document = submit_job_document(["x"], {"memory": memory})

    assert document["containerOverrides"]["resourceRequirements"] == [{"type": "MEMORY", "value": mib}]


@pytest.mark.parametrize("settings", [{"vcpus": 4}, {"gpus": 1}, {"vcpus": 4, "memory": "automatic"}])
def test_memory_is_the_planes_to_choose_where_vcpus_are_given(settings: JobSettings) -> None:
    """AWS Batch itself would leave a job of 64 vCPUs the memory of its definition's one."""
    document = submit_job_document(["x"], settings)

    assert document["memory"] == "automatic"


def test_memory_that_is_no_quantity_is_explained() -> None:
    """The error names the field, the bound and the value."""
    with pytest.raises(
        ArgumentInvalid, match=r"memory must be whole MiB, a quantity such as '8 GiB', or 'automatic'; it is 'much'"
    ):
        submit_job_document(["x"], {"memory": "much"})


def test_a_command_in_one_string_is_refused() -> None:
    """No shell splits it, so each letter would become a word."""
    with pytest.raises(ArgumentInvalid, match="command must be a list of words"):
        submit_job_document("echo hi", {})


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["/usr/bin/python3.11", "x"], "python3-11"),
        ([], "job"),
        (["..."], "job"),
        (["é" * 9], "job"),
        (["a" * 200], "a" * 128),
    ],
)
def test_a_name_is_made_of_the_characters_that_batch_takes(command: list[str], name: str) -> None:
    """The program's own name, as far as it goes."""
    assert name_for(command) == name
