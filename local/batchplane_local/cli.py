"""`batchplane local`: the embedded plane in the foreground, and tokens for its owners.

The one place of this package that reads the environment, and that writes to it: for this process alone.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import signal
import sys
import threading
from contextlib import closing, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from batchplane_local.batch.fault_injection.faults import Faults
from batchplane_local.batch.http.sigv4 import KeyPair
from batchplane_local.credentials import CredentialsRefused, read_key_pair
from batchplane_local.data_folder import DataFolder, FolderRefused, default_folder
from batchplane_local.database import PATIENT_MILLISECONDS, Database
from batchplane_local.faults_file import FaultsFileRefused, read_faults
from batchplane_local.tokens import Tokens, may_own
from controlplane.errors import SubmissionInvalid
from controlplane.quota import Quota

if TYPE_CHECKING:
    from batchplane_local.running import Running, Settings

app = typer.Typer(help="The plane on this machine, with no AWS account.", add_completion=False, rich_markup_mode=None)

#: What the functions' own library reads; no log of it, and no metric, belongs on a terminal.
_QUIET = {
    "POWERTOOLS_LOG_LEVEL": "WARNING",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_METRICS_NAMESPACE": "Batchplane",
    "POWERTOOLS_SERVICE_NAME": "batchplane",
}
#: The least limit of calls a second that leaves room for the plane's own at its start.
LEAST_CALLS = 10
#: As long as a deployment on AWS keeps the logs of jobs unless told otherwise.
KEEP_FINISHED_DAYS = 90.0
#: As on AWS.
MOST_RETENTION_DAYS = 3650
#: The first owner where the user has no name.
_NAMELESS = "local"
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Where everything lies. Default: BATCHPLANE_DATA, or your data folder."),
]
Json = Annotated[bool, typer.Option("--json", help="One line of JSON instead of words.")]


Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="The loopback port; 0 takes a free one. Default: the last one.")
]
BatchPort = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Serve AWS Batch's API for other clients here; 0 takes a free port."),
]
OwnCredentials = Annotated[
    Path | None,
    typer.Option("--credentials", metavar="FILE", help="JSON with accessKeyId and secretAccessKey, for --batch-port."),
]
FaultsFile = Annotated[
    Path | None,
    typer.Option("--faults", metavar="FILE", help="JSON that says what goes wrong in the embedded Batch, for tests."),
]
CallsPerSecond = Annotated[
    int | None,
    typer.Option(min=LEAST_CALLS, help="How many Batch calls a second are taken; AWS takes 50. Default: any number."),
]
SubmissionsPerSecond = Annotated[
    int | None,
    typer.Option(min=1, help="How many jobs a second are handed to Batch, at most. Default: any number."),
]
KeepFinished = Annotated[
    float,
    typer.Option(metavar="DAYS", min=0, help="How long Batch keeps finished jobs and logs; inf means for good."),
]
Retention = Annotated[
    int,
    typer.Option(
        metavar="DAYS",
        min=0,
        max=MOST_RETENTION_DAYS,
        help="How long the plane keeps its own records of ended jobs; 0 means for good.",
    ),
]
AllowEnvironment = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="A variable that jobs may set though it changes how tools behave: PYTHONPATH."),
]
Operators = Annotated[
    list[str] | None,
    typer.Option("--operator", metavar="OWNER", help="Who else looks after the plane, and sees every job; repeatable."),
]
OpenReading = Annotated[
    bool, typer.Option("--open-reading", help="Let every owner read every job: its document, log and outputs.")
]
AlertOwnEndings = Annotated[
    bool, typer.Option("--alert-own-endings", help="Mail, too, of jobs that their own owners cancelled or terminated.")
]
DefinitionImages = Annotated[
    list[str] | None,
    typer.Option("--definition-image", metavar="GLOB", help="Images that registered job definitions may have."),
]
OpenDefinitions = Annotated[
    bool, typer.Option("--open-definitions", help="Let every owner register job definitions, not operators alone.")
]
FairShare = Annotated[
    bool,
    typer.Option("--fair-share", help="Have a second job queue, 'shared', divided by the shares of its jobs."),
]
Vcpus = Annotated[int | None, typer.Option(min=1, help="How many vCPUs jobs may use. Default: all.")]

QuotaJobs = Annotated[int, typer.Option(min=0, help="How many open jobs an owner may have; 0: any number.")]
QuotaVcpus = Annotated[int, typer.Option(min=0, help="How many vCPUs those may reserve together; 0: any number.")]
QuotaSubmissions = Annotated[
    int, typer.Option(min=0, help="How many submissions of an owner are taken in a minute; 0: any number.")
]


@app.callback(invoke_without_command=True)
def local(
    context: typer.Context,
    data: Data = None,
    port: Port = None,
    batch_port: BatchPort = None,
    credentials: OwnCredentials = None,
    vcpus: Vcpus = None,
    faults: FaultsFile = None,
    calls_per_second: CallsPerSecond = None,
    submissions_per_second: SubmissionsPerSecond = None,
    keep_finished: KeepFinished = KEEP_FINISHED_DAYS,
    retention: Retention = 0,
    allow_environment: AllowEnvironment = None,
    operator: Operators = None,
    open_reading: OpenReading = False,
    alert_own_endings: AlertOwnEndings = False,
    quota_jobs: QuotaJobs = 0,
    quota_vcpus: QuotaVcpus = 0,
    quota_submissions_per_minute: QuotaSubmissions = 0,
    fair_share: FairShare = False,
    definition_image: DefinitionImages = None,
    open_definitions: OpenDefinitions = False,
    as_json: Json = False,
) -> None:
    """Run the plane in the foreground until Ctrl-C. A killed plane goes on where it stopped.

    It says where it answers in one line, once it does: in words to a terminal, else in JSON.
    """
    if context.invoked_subcommand is None:
        _prepare()
        # Imported late: the functions' library reads its settings as it is imported, and a token needs none of it.
        from batchplane_local.environment import DeploymentSettings
        from batchplane_local.plane import EngineSettings
        from batchplane_local.running import Settings

        key_pair = None if credentials is None else _own_key_pair(credentials)
        known_faults = None if faults is None else _faults(faults)
        settings = Settings(
            owner=_user(),
            port=port,
            batch_port=batch_port,
            key_pair=key_pair,
            retention_days=retention,
            deployment=DeploymentSettings(
                operators=frozenset(operator or ()),
                open_reading=open_reading,
                alert_own_endings=alert_own_endings,
                allowed_environment=frozenset(allow_environment or ()),
                quota=Quota(jobs=quota_jobs, vcpus=quota_vcpus, submissions_per_minute=quota_submissions_per_minute),
                fair_share=fair_share,
                definition_images=tuple(definition_image or ()),
                open_definitions=open_definitions,
            ),
            engine=EngineSettings(
                vcpus=vcpus,
                faults=known_faults,
                calls_per_second=calls_per_second,
                submissions_per_second=submissions_per_second,
                keep_finished_days=keep_finished,
            ),
        )
        _run(_folder(data), settings, as_json=as_json)


@app.command()
def token(
    owner: Annotated[str, typer.Argument(metavar="OWNER", help="Whom the token speaks for.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a token for an owner, and show it this once. The plane need not run."""
    folder = DataFolder(_folder(data))
    if not folder.is_plane:
        raise _refused(f"There is no plane in {folder.path}: run `batchplane local` first, or name its --data.")
    try:
        with closing(Database(folder.database, busy_milliseconds=PATIENT_MILLISECONDS)) as database:
            made = Tokens(database).mint(owner)
    except SubmissionInvalid as error:
        raise _refused(str(error)) from error
    typer.echo(json.dumps({"owner": owner, "token": made}) if as_json else made)


def _prepare() -> None:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)


def _run(path: Path, settings: Settings, *, as_json: bool) -> None:
    stopped = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopped.set())

    from batchplane_local.batch.refused import OtherLayout
    from batchplane_local.garbage import collect_seldom
    from batchplane_local.gateway.server import PortTaken
    from batchplane_local.running import running

    output = sys.stdout
    try:
        # What the functions log goes to standard error: standard output is for the one line.
        with redirect_stdout(sys.stderr), running(path, settings) as plane:
            typer.echo(_ready(DataFolder(path), plane, as_json=as_json or not output.isatty()), file=output)
            collect_seldom()
            stopped.wait()
    except (FolderRefused, OtherLayout, PortTaken) as error:
        raise _refused(str(error)) from error


def _ready(folder: DataFolder, plane: Running, *, as_json: bool) -> str:
    """The one line that is said."""
    url, plane_file = plane.credentials.url, str(folder.credentials)
    if as_json:
        batch = {} if plane.batch_url is None else {"batchUrl": plane.batch_url}
        return json.dumps({"url": url, **batch, "credentials": plane_file})
    batch_words = "" if plane.batch_url is None else f" AWS Batch's API at {plane.batch_url} ({folder.aws_config})."
    return f"Batchplane answers at {url}; clients find the token in {plane_file}.{batch_words} Ctrl-C stops it."


def _own_key_pair(path: Path) -> KeyPair:
    try:
        return read_key_pair(path)
    except CredentialsRefused as error:
        raise _refused(str(error)) from error


def _faults(path: Path) -> Faults:
    try:
        return read_faults(path)
    except FaultsFileRefused as error:
        raise _refused(str(error)) from error


def _user() -> str:
    """Whom the first token is for: this user, where the system has a name for them that an owner may have."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return _NAMELESS
    return name if may_own(name) else _NAMELESS


def _folder(data: Path | None) -> Path:
    return (data or default_folder(os.environ, Path.home())).absolute()


def _refused(words: str) -> typer.Exit:
    typer.echo(f"batchplane: {words}", err=True)
    return typer.Exit(1)
