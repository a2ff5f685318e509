"""What a call of AWS needs of its caller's policy, and what a policy allows. Does no I/O.

Which actions and resources an operation needs: https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.infra.account import ACCOUNT_ID, REGION

#: What an operation names no resource for, or knows none.
ANY = "*"


@dataclass(frozen=True, order=True, kw_only=True)
class Need:
    """An action on a resource: what a policy must allow."""

    action: str
    resource: str


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of AWS that a function made, or set out to; or a link that it signed."""

    #: As its client is called: "dynamodb".
    service: str
    operation: str
    parameters: Mapping[str, Any]

    @property
    def needs(self) -> frozenset[Need]:
        """All that must be allowed. Raises KeyError for an operation that nobody has looked up."""
        pairs = _NEEDS[self.service, self.operation](self.parameters)
        return frozenset(Need(action=f"{self.service}:{action}", resource=resource) for action, resource in pairs)


class Policy:
    """The statements of a role."""

    def __init__(self, statements: Sequence[Mapping[str, Any]]) -> None:
        """Take statements without references. Raises ValueError for one that does more than allow."""
        for each in statements:
            if set(each) != {"Action", "Effect", "Resource"} or each["Effect"] != "Allow":
                raise ValueError(f"a statement must allow, without conditions; it is {each}")
        self._statements = statements

    def allows(self, need: Need) -> bool:
        """Whether any statement does."""
        return any(
            need.action in listed(each["Action"])
            and any(_pattern(resource).fullmatch(need.resource) for resource in listed(each["Resource"]))
            for each in self._statements
        )

    @property
    def actions(self) -> frozenset[str]:
        """All that is allowed with anything."""
        return frozenset(action for each in self._statements for action in listed(each["Action"]))


def listed(value: Any) -> list[Any]:
    """One, or several."""
    return value if isinstance(value, list) else [value]


def _pattern(resource: str) -> re.Pattern[str]:
    """IAM's own wildcards: * and ?, over colons and slashes too."""
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in resource), re.DOTALL)


def _arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{name}"


_Pairs = Iterable[tuple[str, str]]
_Needing = Callable[[Mapping[str, Any]], _Pairs]


def _of_table(action: str) -> _Needing:
    def needs(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        table = _arn("dynamodb", f"table/{given['TableName']}")
        yield action, f"{table}/index/{given['IndexName']}" if "IndexName" in given else table

    return needs


def _of_tables(action: str) -> _Needing:
    return lambda given: [(action, _arn("dynamodb", f"table/{table}")) for table in given["RequestItems"]]


def _of_queue(action: str) -> _Needing:
    return lambda given: [(action, _arn("sqs", given["QueueUrl"].rpartition("/")[2]))]


def _of_object(action: str) -> _Needing:
    return lambda given: [(action, f"arn:aws:s3:::{given['Bucket']}/{given['Key']}")]


def _of_job(action: str) -> _Needing:
    return lambda given: [(action, _arn("batch", f"job/{given['jobId']}"))]


def _of_jobs(action: str) -> _Needing:
    """An operation on several jobs needs the right of the one on one job, of each."""
    return lambda given: [(action, _arn("batch", f"job/{job}")) for job in given["jobs"]]


def _of_nothing(action: str) -> _Needing:
    return lambda _: [(action, ANY)]


def _submit_job(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Both resources must be allowed, and to tag what is being made needs a right of its own."""
    yield from (("SubmitJob", given[resource]) for resource in ("jobQueue", "jobDefinition"))
    if given.get("tags"):
        yield "TagResource", _arn("batch", "job/its-id-is-not-known-yet")


def _get_log_events(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    stream = f"log-group:{given['logGroupName']}:log-stream:{given['logStreamName']}"
    yield "GetLogEvents", _arn("logs", stream)


_NEEDS: Mapping[tuple[str, str], _Needing] = {
    ("batch", "CancelJob"): _of_job("CancelJob"),
    ("batch", "CancelJobs"): _of_jobs("CancelJob"),
    ("batch", "DescribeJobDefinitions"): _of_nothing("DescribeJobDefinitions"),
    ("batch", "DescribeJobQueues"): _of_nothing("DescribeJobQueues"),
    ("batch", "DescribeJobs"): _of_nothing("DescribeJobs"),
    ("batch", "GetJobQueueSnapshot"): lambda given: [("GetJobQueueSnapshot", given["jobQueue"])],
    ("batch", "ListJobs"): _of_nothing("ListJobs"),
    ("batch", "SubmitJob"): _submit_job,
    ("batch", "TerminateJob"): _of_job("TerminateJob"),
    ("batch", "TerminateJobs"): _of_jobs("TerminateJob"),
    ("dynamodb", "BatchGetItem"): _of_tables("BatchGetItem"),
    ("dynamodb", "BatchWriteItem"): _of_tables("BatchWriteItem"),
    ("dynamodb", "GetItem"): _of_table("GetItem"),
    ("dynamodb", "PutItem"): _of_table("PutItem"),
    ("dynamodb", "Query"): _of_table("Query"),
    ("dynamodb", "UpdateItem"): _of_table("UpdateItem"),
    ("logs", "GetLogEvents"): _get_log_events,
    ("s3", "DeleteObjects"): lambda given: [
        ("DeleteObject", f"arn:aws:s3:::{given['Bucket']}/{each['Key']}") for each in given["Delete"]["Objects"]
    ],
    ("s3", "GetObject"): _of_object("GetObject"),
    ("s3", "HeadObject"): _of_object("GetObject"),
    # Without this right S3 says 403 of an object that is not there.
    ("s3", "ListObjectsV2"): lambda given: [("ListBucket", f"arn:aws:s3:::{given['Bucket']}")],
    ("s3", "PutObject"): _of_object("PutObject"),
    ("sns", "Publish"): lambda given: [("Publish", given["TopicArn"])],
    ("sqs", "ChangeMessageVisibilityBatch"): _of_queue("ChangeMessageVisibility"),
    ("sqs", "DeleteMessageBatch"): _of_queue("DeleteMessage"),
    ("sqs", "ReceiveMessage"): _of_queue("ReceiveMessage"),
    ("sqs", "SendMessage"): _of_queue("SendMessage"),
    ("sqs", "SendMessageBatch"): _of_queue("SendMessage"),
}
