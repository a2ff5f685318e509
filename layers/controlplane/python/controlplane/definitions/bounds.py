"""Every bound of a job definition that is registered, against the deployment: images, names, variables, resources.

Members by themselves are the request's business. Does no I/O; says what is wrong and raises nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from controlplane.definitions.registered import RegisteredDefinition
from controlplane.deployment import Deployment
from controlplane.errors import Violation
from controlplane.submissions.bounds import retry_violations, variable_violations

if TYPE_CHECKING:
    from controlplane.definitions.register_definition_request import RegisterJobDefinitionRequest


def definition_violations(
    request: RegisterJobDefinitionRequest,
    *,
    deployment: Deployment,
    stands: RegisteredDefinition | None,
    may_replace: bool,
) -> Iterable[Violation]:
    """What is wrong with a definition as a whole.

    Args:
        request: What was asked, each member within its own bounds.
        deployment: What is allowed.
        stands: The revision that the name means now, where it means one.
        may_replace: Whether the caller may register another revision of it.
    """
    yield from _name(request, deployment, stands, may_replace=may_replace)
    container = request.containerProperties
    if not deployment.allows_image(container.image):
        bound = f"one that batchplane:definitionImages allows ({', '.join(deployment.definition_images)})"
        yield Violation(field="containerProperties.image", bound=bound, value=container.image)
    for place, variable in enumerate(container.environment or ()):
        yield from variable_violations(f"containerProperties.environment.{place}.name", variable.name, deployment)
    for place, required in enumerate(container.resourceRequirements or ()):
        most = deployment.largest.get(required.type)
        if most is not None and int(required.value) > most:
            field = f"containerProperties.resourceRequirements.{place}.value"
            bound = f"at most {most}, which is all the {required.type} that there is"
            yield Violation(field=field, bound=bound, value=required.value)
    yield from retry_violations(request.retryStrategy)


def _name(
    request: RegisterJobDefinitionRequest,
    deployment: Deployment,
    stands: RegisteredDefinition | None,
    *,
    may_replace: bool,
) -> Iterable[Violation]:
    name = request.jobDefinitionName
    own = [each.name for each in deployment.job_definitions]
    if name in own:
        bound = f"another name than those of the deployment's own definitions ({', '.join(own)})"
        yield Violation(field="jobDefinitionName", bound=bound, value=name)
    if stands is not None and stands.is_active and not may_replace:
        bound = f"a name that nobody else has registered ({stands.owner} has this one)"
        yield Violation(field="jobDefinitionName", bound=bound, value=name)
