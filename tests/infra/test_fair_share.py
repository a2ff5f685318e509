"""The second job queue of a deployment, which shares divide."""

from __future__ import annotations

from tests.template import Template, deployment_document, environment_template, one, plane_template, properties


def fair_shares(template: Template) -> dict[str, bool]:
    """Whether each queue of the document that the functions are given is shared."""
    return {each["name"]: each["fairShare"] for each in deployment_document(template)["jobQueues"]}


def test_no_queue_is_shared_unless_the_deployment_says_so() -> None:
    """Jobs come in the order of their submission."""
    assert properties(environment_template(), "AWS::Batch::SchedulingPolicy") == {}
    assert fair_shares(plane_template()) == {"default": False}


def test_the_shared_queue_has_a_scheduling_policy(lab_environment: Template) -> None:
    """Over the same compute environment; the default one stays as it is, for a queue can't be given a policy."""
    policy, _ = one(lab_environment, "AWS::Batch::SchedulingPolicy")
    _, shared = one(lab_environment, "AWS::Batch::JobQueue", "Shared")
    _, default = one(lab_environment, "AWS::Batch::JobQueue", "Default")

    assert (shared["JobQueueName"], policy in str(shared["SchedulingPolicyArn"])) == ("lab-shared", True)
    assert ("SchedulingPolicyArn" in default, default["ComputeEnvironmentOrder"]) == (
        False,
        shared["ComputeEnvironmentOrder"],
    )


def test_the_plane_knows_which_queue_is_shared(lab_plane: Template) -> None:
    """So that a submission names its share there, and nowhere else."""
    assert fair_shares(lab_plane) == {"default": False, "shared": True}
