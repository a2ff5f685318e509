"""One frozen, validated description of a deployment. Reads no environment and knows no CDK.

Each field is a key of the CDK context: `alert_emails` is `batchplane:alertEmails`, given on the command line with
`-c batchplane:alertEmails=me@example.org`, or in the `context` of cdk.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any

from infra.bound import Bound, OneOf, Several, Switch, Text, Whole

#: What our keys of the context begin with.
PREFIX = "batchplane:"
#: The retention periods that CloudWatch Logs offers, in days.
#: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = OneOf(choices=(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653))
_NAME = Text(words="3 to 32 of a-z, 0-9 and '-', a letter first", pattern=r"[a-z][a-z0-9-]{2,31}")
_EMAIL = Text(words="an e-mail address", pattern=r"[^@\s,]{1,64}@[^@\s,]+\.[^@\s,.]+")
_IMAGE = Text(
    words="a container image, such as public.ecr.aws/amazonlinux/amazonlinux:2023", pattern=r"[A-Za-z0-9_./:@-]{1,512}"
)
_INSTANCE_TYPE = Text(
    words="an instance type or family, such as m7i.large or m7i", pattern=r"[a-z0-9-]+(\.[a-z0-9-]+)?"
)
#: As controlplane/edge/caller.py reads them. An ARN would name nobody, and nobody's own name is "-".
_OWNER = Text(
    words="an owner, such as user/ada, assumed-role/Analyst or a token's subject, and no ARN",
    pattern=r"(?!arn:|-$)[A-Za-z0-9_+=,.@/:|-]{1,128}",
)
_ISSUER = Text(words="the https:// URL that tokens name as their iss", pattern=r"https://[^\s,?#]{1,500}")
_AUDIENCE = Text(words="what tokens name as their aud or client_id", pattern=r"[^\s,]{1,256}")
#: API Gateway hands a list on with spaces between its members, so no member that counts may have one.
_CLAIM = Text(words="NAME=VALUE, such as groups=batch-admins, the value without spaces", pattern=r"[^\s]+=[^\s=\[\]]+")
_VARIABLE = Text(words="the name of an environment variable", pattern=r"[A-Za-z_][A-Za-z0-9_]{0,127}")
#: As IAM's StringLike and the plane both read it.
_IMAGES = Text(
    words="a container image with '*' and '?' for what may differ, such as ghcr.io/lab/*",
    pattern=r"[A-Za-z0-9_./:@*?-]{1,512}",
)


class SettingInvalid(ValueError):
    """A setting breaks its bound, or there is none of that name."""


def _setting(default: Any, bound: Bound) -> Any:
    return field(default=default, metadata={"bound": bound})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One deployment. Raises SettingInvalid for a value out of bounds."""

    #: What the stacks, the queue and the definitions are named after; two deployments in an account need two names.
    deployment_name: str = _setting("batchplane", _NAME)
    #: Who gets a mail when a job fails. Each must confirm the subscription that Amazon SNS sends.
    alert_emails: tuple[str, ...] = _setting((), Several(each=_EMAIL, most=10))
    #: The owners who look after the plane itself: they see what it has given up, and send it back.
    operators: tuple[str, ...] = _setting((), Several(each=_OWNER, most=10))
    #: Whose tokens (JWT) let callers in, and for whom they must be made: both, or neither. Without them requests are
    #: signed with AWS credentials.
    jwt_issuer: str | None = _setting(None, _ISSUER)
    jwt_audience: tuple[str, ...] = _setting((), Several(each=_AUDIENCE, most=10))
    #: The claim that makes an operator of whoever holds it. It must be one that the issuer alone decides.
    operator_claim: str | None = _setting(None, _CLAIM)
    #: Everybody who is let in then reads every job: its document, log and outputs. Touching it stays its owner's.
    open_reading: bool = _setting(False, Switch())
    #: A mail goes out, too, of a job that its own owner cancelled or terminated.
    alert_own_endings: bool = _setting(False, Switch())
    #: Variables that change how a job's tools behave (PYTHONPATH, proxies), and that submissions may set all the same.
    allowed_environment: tuple[str, ...] = _setting((), Several(each=_VARIABLE, most=50))
    #: Images of the job definitions that operators may register over the API; none lets nobody.
    definition_images: tuple[str, ...] = _setting((), Several(each=_IMAGES, most=20))
    #: Everybody who is let in may register them then.
    open_definitions: bool = _setting(False, Switch())

    #: How many jobs each owner may have that are not over, and how many vCPUs those may reserve together, waiting or
    #: running. Either makes another index of the table, which each change of an open job's status then writes.
    quota_jobs: int = _setting(0, Whole(least=0, most=100_000, unit="jobs of an owner; 0 is no quota"))
    quota_vcpus: int = _setting(0, Whole(least=0, most=10_000_000, unit="vCPUs of an owner; 0 is no quota"))
    #: How many submissions of each owner are taken in a minute.
    quota_submissions_per_minute: int = _setting(
        0, Whole(least=0, most=100_000, unit="submissions of an owner a minute; 0 is no quota")
    )

    #: How long jobs are kept after their end. A change holds for jobs that end from then on.
    retention_days: int = _setting(0, Whole(least=0, most=3650, unit="days; 0 keeps them for good"))
    #: How long inputs and outputs are kept.
    io_bucket_days: int = _setting(90, Whole(least=1, most=3650, unit="days"))
    #: How long the logs of functions, of the API, and of refused connections are kept.
    log_days: int = _setting(30, RETENTION_DAYS)
    #: How long the logs of jobs are kept.
    job_log_days: int = _setting(90, RETENTION_DAYS)

    #: Without one, instances stand in public subnets, behind a security group that lets nothing in.
    nat_gateways: int = _setting(1, Whole(least=0, most=2, unit="NAT gateways, each paid by the hour"))
    #: Whether there is a second job queue, `shared`, whose jobs name their share of it.
    fair_share: bool = _setting(False, Switch())
    #: Nodes of a multi-node parallel job that asks for no other number; 0 for no definition of such jobs. Instances of
    #: the compute environment then talk to each other.
    nodes: int = _setting(0, Whole(least=0, most=1000, unit="nodes of one job; 0 for no multi-node parallel jobs"))
    #: Whether instances stand close to each other, in a cluster placement group: nodes talk faster, and wait longer for
    #: room. Of one instance type they are likelier to find it.
    placement_group: bool = _setting(False, Switch())
    #: How far the compute environment grows. It shrinks to none.
    max_vcpus: int = _setting(64, Whole(least=1, most=10_000, unit="vCPUs"))
    #: Empty leaves the choice to AWS Batch, among those of `job_architecture`.
    instance_types: tuple[str, ...] = _setting((), Several(each=_INSTANCE_TYPE, most=20))
    #: Of the instances, and of the image that is built from container/.
    job_architecture: str = _setting("x86_64", OneOf(choices=("x86_64", "arm64")))
    #: The disk of each instance, shared by its jobs.
    job_volume_gib: int = _setting(50, Whole(least=30, most=16_384, unit="GiB"))

    #: The image of the definition `runner`; None builds it from container/ when the deployment is published.
    runner_image: str | None = _setting(None, _IMAGE)
    #: The image of the definition `plain`.
    plain_image: str = _setting("public.ecr.aws/amazonlinux/amazonlinux:2023", _IMAGE)
    #: What a job gets that asks for nothing else.
    job_vcpus: int = _setting(1, Whole(least=1, most=192, unit="vCPUs"))
    job_memory_mib: int = _setting(2048, Whole(least=4, most=1_572_864, unit="MiB"))
    job_timeout_seconds: int = _setting(86_400, Whole(least=60, most=31_536_000, unit="seconds of one attempt"))

    #: Of the functions and of their layer, whose wheels must exist for both.
    function_python: str = _setting("3.13", OneOf(choices=("3.11", "3.12", "3.13")))
    function_architecture: str = _setting("arm64", OneOf(choices=("arm64", "x86_64")))
    #: AWS Batch takes 50 SubmitJob calls a second of an account; each submitter makes its share of these at most.
    submissions_per_second: int = _setting(50, Whole(least=2, most=50, unit="calls of SubmitJob a second"))
    submitters: int = _setting(5, Whole(least=2, most=50, unit="instances of submit_job at a time"))
    #: Fewer recorders, and a longer wait, pack an array's events into fewer writes; the record is later by as much.
    recorders: int = _setting(2, Whole(least=2, most=100, unit="instances of record_state_change at a time"))
    event_wait_seconds: int = _setting(2, Whole(least=1, most=60, unit="seconds that job events are gathered for"))
    requests_per_second: int = _setting(100, Whole(least=1, most=10_000, unit="requests of the API a second"))
    request_burst: int = _setting(200, Whole(least=1, most=5_000, unit="requests of the API at once"))

    def __post_init__(self) -> None:
        """Check every field."""
        for each in fields(self):
            bound, value = each.metadata["bound"], getattr(self, each.name)
            left_out = value is None and each.default is None
            if not left_out and not bound.admits(value):
                key = _key(each)
                raise SettingInvalid(f"{key} must be {bound.words}; it is {value!r}. Give another with -c {key}=VALUE.")
        self._check_tokens()
        self._check_definitions()

    def _check_tokens(self) -> None:
        if (self.jwt_issuer is None) != (not self.jwt_audience):
            raise SettingInvalid(
                f"{PREFIX}jwtIssuer and {PREFIX}jwtAudience go together: the one is {self.jwt_issuer!r}, the other"
                f" {self.jwt_audience!r}. Give both, or neither for requests signed with AWS credentials."
            )
        if self.operator_claim and self.jwt_issuer is None:
            raise SettingInvalid(
                f"{PREFIX}operatorClaim ({self.operator_claim!r}) needs {PREFIX}jwtIssuer: only tokens have claims."
            )

    def _check_definitions(self) -> None:
        if self.open_definitions and not self.definition_images:
            raise SettingInvalid(
                f"{PREFIX}openDefinitions needs {PREFIX}definitionImages, which is empty: it names the images that"
                " registered definitions may have."
            )

    @property
    def counts_in_flight(self) -> bool:
        """Whether somebody asks what each owner has in flight."""
        return bool(self.quota_jobs or self.quota_vcpus)

    @property
    def submitters_at_work(self) -> int:
        """How many instances of submit_job share the rate: each makes a call a second at least, or would wait long."""
        return min(self.submitters, self.submissions_per_second)

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> Settings:
        """Read our keys of a CDK context and leave the others alone. Raises SettingInvalid, also for an unknown key."""
        known = {_key(each): each for each in fields(cls)}
        given = {key: value for key, value in context.items() if key.startswith(PREFIX)}
        for key, value in given.items():
            if key not in known:
                raise SettingInvalid(f"{key} (given as {value!r}) is no setting; the settings are {', '.join(known)}.")
        return cls(**{known[key].name: known[key].metadata["bound"].read(value) for key, value in given.items()})


def _key(each: Field[Any]) -> str:
    first, *rest = each.name.split("_")
    return PREFIX + first + "".join(word.capitalize() for word in rest)
