"""The table of job records. Logical design only: what is written, `controlplane` knows."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

#: The indexes that jobs are listed from, by their partition keys, in the order of creation; and what else an entry has,
#: so that lists are filtered before a record is read. None has a status, or it would be written at every transition.
_LISTS = {
    "byOwner": ("owner", ["jobName", "jobQueue", "tagDigests", "type"]),
    "byQueue": ("jobQueue", ["jobName", "owner", "tagDigests", "type"]),
}
#: What a function may do with the table: with items one by one, and with lists, children and many jobs at a time.
ITEMS = ("GetItem", "UpdateItem")
READ_MANY = ("BatchGetItem", "Query")
WRITE_MANY = ("BatchWriteItem", "PutItem")
#: The index of an owner's jobs that are not over.
IN_FLIGHT = "inFlight"
_STRING = dynamodb.AttributeType.STRING


class RecordTable(Construct):
    """One on-demand table, kept when the stack goes, restorable to any second of the last 35 days."""

    def __init__(self, scope: Construct, construct_id: str, *, counts_in_flight: bool) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=_attribute("pk"),
            sort_key=_attribute("sk"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=cdk.RemovalPolicy.RETAIN,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            time_to_live_attribute="expiresAt",
        )
        for name, (key, others) in _LISTS.items():
            self.table.add_global_secondary_index(
                index_name=name,
                partition_key=_attribute(key),
                sort_key=_attribute("created"),
                projection_type=dynamodb.ProjectionType.INCLUDE,
                non_key_attributes=others,
            )
        # What the sweep must look at. An item without the partition key is in no index: a job leaves this one so.
        self.table.add_global_secondary_index(
            index_name="open",
            partition_key=_attribute("open"),
            sort_key=_attribute("openSince"),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        if counts_in_flight:  # by quotas, and by nobody else
            self.table.add_global_secondary_index(
                index_name=IN_FLIGHT,
                partition_key=_attribute("owner"),
                sort_key=_attribute("open"),
                projection_type=dynamodb.ProjectionType.INCLUDE,
                non_key_attributes=["status", "vcpus"],
            )


def _attribute(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=_STRING)
