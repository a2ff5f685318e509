"""Which names of environment variables a submission may set. Does no I/O.

Values stand in plain text in DescribeJobs and in events; what is refused here is a name, whatever its value.
https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html
"""

from __future__ import annotations

#: What AWS Batch and our runner set themselves: no deployment allows names that begin so, in upper or lower case.
RESERVED = ("AWS_BATCH", "BATCHPLANE_")
#: Names that change which credentials, endpoints, libraries or proxies the job's tools use.
_GUARDED = frozenset(
    {
        "ALL_PROXY",
        "AWS_ACCESS_KEY_ID",
        "AWS_CA_BUNDLE",
        "AWS_CONFIG_FILE",
        "AWS_PROFILE",
        "AWS_ROLE_ARN",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SECURITY_TOKEN",
        "AWS_SESSION_TOKEN",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "BASH_ENV",
        "FTP_PROXY",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NODE_OPTIONS",
        "NO_PROXY",
        "PATH",
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONSTARTUP",
    }
)
#: Whole families of them.
_GUARDED_FAMILIES = ("AWS_CONTAINER_", "AWS_ENDPOINT_URL", "DYLD_", "LD_")


def is_possible(name: str) -> bool:
    """True for a name that an environment can have."""
    return bool(name) and "=" not in name and "\0" not in name


def is_reserved(name: str) -> bool:
    """True for a name that only AWS Batch, or our runner, sets."""
    return name.upper().startswith(RESERVED)


def is_guarded(name: str) -> bool:
    """True for a name that only a deployment's own setting allows; proxies are read in lower case too."""
    return name.upper() in _GUARDED or name.upper().startswith(_GUARDED_FAMILIES)
