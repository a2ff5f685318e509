"""The table of job records. Logical design only: what is written, `controlplane` knows."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

#: Each index by its name: its partition key, sorted by `created`. Sparse: an item without the key is not in it.
_INDEXES = {"byOwner": "owner", "open": "open"}
_STRING = dynamodb.AttributeType.STRING


class RecordTable(Construct):
    """One on-demand table, kept when the stack goes, restorable to any second of the last 35 days."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
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
        for name, key in _INDEXES.items():
            self.table.add_global_secondary_index(
                index_name=name,
                partition_key=_attribute(key),
                sort_key=_attribute("created"),
                # An index that carried the status would be written at every transition.
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )


def _attribute(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=_STRING)
