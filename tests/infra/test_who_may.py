"""Who is let in, and who may read and operate: what the settings make of the API and of what functions are told."""

from pathlib import Path

from tests.template import Template, one, plane_template, properties, settings_document


def routes(template: Template) -> dict[str, str]:
    """How each route knows its caller."""
    found = properties(template, "AWS::ApiGatewayV2::Route").values()
    return {route["RouteKey"]: route["AuthorizationType"] for route in found}


def test_every_route_needs_a_signed_request_but_two() -> None:
    """Health says nothing of anybody, and a runner shows its job's capability."""
    assert routes(plane_template()) == {
        "ANY /{proxy+}": "AWS_IAM",
        "GET /health": "NONE",
        "POST /runner/links": "NONE",
    }


def test_the_settings_ask_for_tokens_instead(lab_plane: Template) -> None:
    """On every route but the same two; API Gateway checks issuer, audience, signature and time."""
    _, authorizer = one(lab_plane, "AWS::ApiGatewayV2::Authorizer")

    assert routes(lab_plane) == {"ANY /{proxy+}": "JWT", "GET /health": "NONE", "POST /runner/links": "NONE"}
    assert (authorizer["AuthorizerType"], authorizer["IdentitySource"], authorizer["JwtConfiguration"]) == (
        "JWT",
        ["$request.header.Authorization"],
        {"Issuer": "https://example.auth0.com/", "Audience": ["batchplane", "https://batch.example.org"]},
    )


def test_nobody_is_an_operator_unless_the_deployment_says_so() -> None:
    """Deny by default: neither by name nor by claim, and nobody reads what is another's."""
    told = settings_document()

    assert ([], None, False) == (told["operators"], told.get("operatorClaim"), told["openReading"])


def test_the_settings_say_who_operates_and_who_reads(lab: Path) -> None:
    """Operators as the API calls owners, and by a claim."""
    told = settings_document(lab)

    assert (told["operators"], told["operatorClaim"], told["openReading"]) == (
        ["auth0|ada", "grace@example.org"],
        "cognito:groups=batch-admins",
        True,
    )


def test_own_endings_are_mailed_only_where_the_deployment_says_so(lab: Path) -> None:
    """Who has asked for an end knows of it."""
    assert [False, True] == [settings_document(*of)["alertOwnEndings"] for of in ((), (lab,))]
