"""Where the plane is found, and as whom it is asked."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from botocore.credentials import Credentials

from batchplane import BearerAuth, Client, CredentialsMissing, PlaneNotFound, SigV4Auth
from batchplane._discovery import PlaneAddress, data_folder
from tests.waiting import PATIENCE_SECONDS

ENDPOINT = "https://abc123.execute-api.eu-central-1.amazonaws.com"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-key"}


def embedded(folder: Path, url: str = "http://127.0.0.1:8080", token: str = "local") -> None:  # noqa: S107 - no secret
    """Leave what the embedded plane leaves at its first start."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plane.json").write_text(json.dumps({"url": url, "token": token, "owner": "ada"}))


def authorization(address: PlaneAddress) -> str | None:
    """What the first request would say of who asks."""
    if address.auth is None:
        return None
    request = next(address.auth.auth_flow(httpx.Request("GET", address.url + "/jobs?limit=1")))
    return request.headers["Authorization"]


def test_the_embedded_plane_is_found_in_the_user_s_data_folder(tmp_path: Path) -> None:
    """Nobody has to say anything."""
    embedded(tmp_path / ".local" / "share" / "batchplane")

    found = PlaneAddress.find({}, tmp_path)

    assert (found.url, authorization(found)) == ("http://127.0.0.1:8080", "Bearer local")


def test_batchplane_data_names_another_folder(tmp_path: Path) -> None:
    """A plane of a demonstration does not meet the user's own."""
    embedded(tmp_path / "elsewhere", url="http://127.0.0.1:9")

    assert PlaneAddress.find({"BATCHPLANE_DATA": str(tmp_path / "elsewhere")}, tmp_path).url == "http://127.0.0.1:9"


def test_xdg_data_home_is_honoured_if_it_is_absolute(tmp_path: Path) -> None:
    """As the specification has it, a relative one is ignored."""
    folders = [data_folder({"XDG_DATA_HOME": home}, tmp_path) for home in ("/data", "data")]

    assert folders == [Path("/data/batchplane"), tmp_path / ".local" / "share" / "batchplane"]


def test_no_plane_says_where_it_was_looked_for(tmp_path: Path) -> None:
    """The error names both places and what to do."""
    with pytest.raises(PlaneNotFound) as raised:
        PlaneAddress.find({}, tmp_path)

    assert str(raised.value) == (
        "There is no plane to speak to: BATCHPLANE_URL is not set, and there is no"
        f" {tmp_path}/.local/share/batchplane/plane.json. Start the embedded plane with 'batchplane local',"
        " or set BATCHPLANE_URL to one's endpoint on AWS."
    )


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"url": "http://x"}'])
def test_a_broken_plane_json_is_named(content: str, tmp_path: Path) -> None:
    """A file that can't be read as an address is not ignored."""
    (tmp_path / "plane.json").write_text(content)

    with pytest.raises(PlaneNotFound, match=r"plane\.json can't be read as the embedded plane's address"):
        PlaneAddress.find({"BATCHPLANE_DATA": str(tmp_path)}, tmp_path)


def test_arguments_win_over_the_environment(tmp_path: Path) -> None:
    """What is said here counts more than what is said everywhere."""
    environment = {"BATCHPLANE_URL": "http://environment", "BATCHPLANE_TOKEN": "e"}

    found = PlaneAddress.find(environment, tmp_path, url="http://argument", token="a")  # noqa: S106 - no secret

    assert (found.url, authorization(found)) == ("http://argument", "Bearer a")


def test_another_owner_s_token_asks_the_embedded_plane(tmp_path: Path) -> None:
    """The token that `batchplane local token OWNER` made is enough."""
    embedded(tmp_path)

    found = PlaneAddress.find({"BATCHPLANE_DATA": str(tmp_path), "BATCHPLANE_TOKEN": "other"}, tmp_path)

    assert (found.url, authorization(found)) == ("http://127.0.0.1:8080", "Bearer other")


@pytest.mark.parametrize(("url", "said"), [("http://127.0.0.1:8080/", "Bearer local"), ("http://other", None)])
def test_the_embedded_plane_s_token_goes_to_no_other(url: str, said: str | None, tmp_path: Path) -> None:
    """A token is for the plane that made it."""
    embedded(tmp_path)

    found = PlaneAddress.find({"BATCHPLANE_DATA": str(tmp_path), "BATCHPLANE_URL": url}, tmp_path)

    assert authorization(found) == said


def test_requests_to_aws_are_signed() -> None:
    """Signature Version 4 for execute-api in the endpoint's region, over host, date and session token."""
    auth = SigV4Auth(region="eu-central-1", credentials=Credentials("AKIDEXAMPLE", "not-a-real-key", "session"))
    request = httpx.Request("POST", ENDPOINT + "/jobs?limit=1", json={"jobName": "x"})

    signed = next(auth.auth_flow(request))

    said = signed.headers["Authorization"]
    assert said.startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert "/eu-central-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token," in said
    assert signed.headers["X-Amz-Security-Token"] == "session"


def python(code: str, **environment: str) -> str:
    """What a Python process with this environment alone prints."""
    return subprocess.run(  # noqa: S603 - the test's own code
        [sys.executable, "-c", code],
        env={"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    ).stdout.strip()


def test_an_execute_api_endpoint_is_asked_with_aws_credentials() -> None:
    """BATCHPLANE_URL alone is enough: the host says the region, the environment has the credentials."""
    code = (
        "import httpx; from batchplane import _discovery as d; import os, pathlib;"
        "a = d.PlaneAddress.find(os.environ, pathlib.Path('/nonexistent'));"
        "r = next(a.auth.auth_flow(httpx.Request('GET', a.url))); print(r.headers['Authorization'][:60])"
    )

    said = python(code, BATCHPLANE_URL=ENDPOINT, **CREDENTIALS)

    assert said.startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")


DISCOVER = "import batchplane as b\ntry:\n    b.Client.discover()\nexcept b.CredentialsMissing as e:\n    print(e)"


def test_without_botocore_the_error_says_what_to_install() -> None:
    """The client does not need it for anything else."""
    said = python("import sys; sys.modules['botocore'] = None\n" + DISCOVER, BATCHPLANE_URL=ENDPOINT)

    assert said == ("Requests to AWS are signed with botocore, which is not installed: pip install 'batchplane[aws]'")


def test_without_credentials_the_error_says_how_to_have_some() -> None:
    """An anonymous request would only be refused."""
    said = python(DISCOVER, BATCHPLANE_URL=ENDPOINT)

    assert said == "There are no AWS credentials: run 'aws configure', or set AWS_PROFILE"


def test_the_client_imports_neither_botocore_nor_its_own_command_line() -> None:
    """What only some need is loaded only by them."""
    code = "import sys, batchplane; print([m for m in ('botocore', 'boto3', 'typer') if m in sys.modules])"

    assert python(code) == "[]"


def test_a_client_knows_where_it_speaks_to(tmp_path: Path) -> None:
    """Discovery ends in a client."""
    embedded(tmp_path)

    with Client.discover(environment={"BATCHPLANE_DATA": str(tmp_path)}, home=tmp_path) as client:
        assert client.url.rstrip("/") == "http://127.0.0.1:8080"


def test_secrets_are_not_shown() -> None:
    """Neither repr nor str of what holds a token says it."""
    assert "secret" not in repr(BearerAuth("secret")) + repr(PlaneAddress(url="u", auth=BearerAuth("secret")))
    assert issubclass(CredentialsMissing, Exception)


@pytest.mark.parametrize("url", ["http://[::1", "ftp://example.org", "not a url", "https://", "/jobs"])
def test_an_address_that_can_not_be_asked_is_refused(url: str, tmp_path: Path) -> None:
    """At once and in words, not after five tries."""
    with pytest.raises(PlaneNotFound, match="must begin with https:// or http://"):
        PlaneAddress.find({"BATCHPLANE_URL": url}, tmp_path)
