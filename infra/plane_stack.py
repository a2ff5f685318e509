"""What people need: the API, the five functions with their queues, table and topic, and what starts each of them.

Every right of a function is written here, where both parties are visible; those that job definitions need, and the one
that passes a role, in `definition_rights`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledgment import acknowledge_wildcard
from infra.alerts_topic import AlertsTopic
from infra.controlplane_layer import ControlplaneLayer
from infra.dead_letter_alarms import DeadLetterAlarms
from infra.definition_rights import let_register, submittable
from infra.deployment_document import environment_document, settings_document
from infra.environment import Environment
from infra.function import PlaneFunction
from infra.http_api import HttpApi
from infra.message_queue import DeadLetterQueue, MessageQueue
from infra.record_table import IN_FLIGHT, ITEMS, READ_MANY, WRITE_MANY, RecordTable
from infra.settings import Settings
from infra.settings_layer import SETTINGS_FILE, SettingsLayer
from infra.state_change_rule import StateChangeRule

#: What an HTTP API waits, less the time to say so.
_API_TIMEOUT = cdk.Duration.seconds(29)
_SUBMIT_TIMEOUT = cdk.Duration.seconds(30)
_RECORD_TIMEOUT = cdk.Duration.seconds(60)
_ALERT_TIMEOUT = cdk.Duration.seconds(60)
_RECONCILE_TIMEOUT = cdk.Duration.seconds(240)
_RECONCILE_EVERY = cdk.Duration.minutes(5)
#: For what nobody foresaw: an hour, at 3 minutes a delivery. A submission that waits is not counted.
_SUBMISSION_DELIVERIES = 20
_JOB_EVENT_DELIVERIES = 5
#: Some 2,200 of them fill an invocation.
_EVENTS_A_BATCH = 2000
_ANY_JOB = "A job's ARN is made by AWS Batch when it is submitted."
_NO_RESOURCE = "AWS Batch knows no resource-level permission for what lists and describes."


class PlaneStack(cdk.Stack):
    """The control plane of one environment."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, environment: Environment, **stack: Any
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        self._settings = settings
        self._environment = environment
        self._layer = ControlplaneLayer(
            self,
            "Layer",
            python_version=settings.function_python,
            architecture=settings.function_architecture,
        ).layer
        self._settings_layer = SettingsLayer(self, "Settings", document=settings_document(settings)).layer
        self._table = RecordTable(self, "RecordTable", counts_in_flight=settings.counts_in_flight).table
        self._topic = AlertsTopic(self, "Alerts", emails=settings.alert_emails).topic
        self._submissions = MessageQueue(
            self, "Submissions", function_timeout=_SUBMIT_TIMEOUT, max_receive_count=_SUBMISSION_DELIVERIES
        )
        self._job_events = MessageQueue(
            self, "JobEvents", function_timeout=_RECORD_TIMEOUT, max_receive_count=_JOB_EVENT_DELIVERIES
        )
        self._undelivered = self._state_change_rule().undelivered
        self._alerts_not_sent = DeadLetterQueue(self, "AlertsNotSent")
        self._api = self._http_api()
        self._serve_api()
        self._submit_job()
        self._record_state_change()
        self._alert_on_failure()
        self._reconcile_jobs()
        self._alarms()
        cdk.CfnOutput(self, "Endpoint", value=self._api.url)

    def _state_change_rule(self) -> StateChangeRule:
        arns = [queue.arn for queue in self._environment.job_queues]
        return StateChangeRule(self, "StateChanges", job_queue_arns=arns, job_events=self._job_events.queue)

    def _http_api(self) -> HttpApi:
        settings = self._settings
        return HttpApi(
            self,
            "Api",
            name=settings.deployment_name,
            jwt_issuer=settings.jwt_issuer,
            jwt_audience=settings.jwt_audience,
            requests_per_second=settings.requests_per_second,
            request_burst=settings.request_burst,
            log_days=settings.log_days,
        )

    def _serve_api(self) -> None:
        bucket = self._bucket_arn()
        function = self._function(
            "serve_api",
            table=(*ITEMS, *READ_MANY, *WRITE_MANY),
            timeout=_API_TIMEOUT,
            memory_mib=1024,  # a cold start is mostly imports, and CPU comes with memory
            **self._deployment(),
            BATCHPLANE_IO_BUCKET=self._environment.io_bucket_name,
            BATCHPLANE_SUBMISSIONS_QUEUE_URL=self._submissions.queue.queue_url,
            BATCHPLANE_DEAD_LETTER_QUEUES=self._dead_letter_queues(),
            BATCHPLANE_URL=self._api.url,
        )
        in_flight = [IN_FLIGHT] if self._settings.counts_in_flight else []
        function.allow(["dynamodb:Query"], self._indexes("byOwner", "byQueue", "open", *in_flight))
        function.allow(["sqs:SendMessage"], [self._submissions.queue.queue_arn, self._job_events.queue.queue_arn])
        function.allow(
            ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"],
            [letters.queue_arn for _, letters, _ in self._replayable()],
        )
        function.allow(["s3:ListBucket"], [bucket])
        function.allow_any(
            ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            [f"{bucket}/*"],
            because="It signs links for every owner and job, whose keys begin with the owner's name, and deletes jobs.",
        )
        # A job is ended by Batch, and looked for where nobody knows whether Batch took it. Never is one submitted.
        jobs = [self._batch_arn("job", "*")]
        function.allow_any(["batch:CancelJob", "batch:TerminateJob"], jobs, because=_ANY_JOB)
        function.allow_any(["batch:DescribeJobDefinitions", "batch:DescribeJobQueues"], ["*"], because=_NO_RESOURCE)
        function.allow_any(["batch:ListJobs"], ["*"], because=_NO_RESOURCE)
        function.allow(["batch:GetJobQueueSnapshot"], [queue.arn for queue in self._environment.job_queues])
        self._let_read_logs(function)
        if self._settings.definition_images:
            let_register(function, settings=self._settings, environment=self._environment)
        self._api.serve(function.function)

    def _submit_job(self) -> None:
        environment, settings = self._environment, self._settings
        function = self._function(
            "submit_job",
            table=(*ITEMS, "PutItem"),  # it keeps the parts of arrays that are too large for Batch
            timeout=_SUBMIT_TIMEOUT,
            memory_mib=512,
            **self._deployment(),
            BATCHPLANE_IO_BUCKET=environment.io_bucket_name,
            BATCHPLANE_URL=self._api.url,
            BATCHPLANE_SUBMISSIONS_QUEUE_URL=self._submissions.queue.queue_url,
            BATCHPLANE_SUBMISSIONS_PER_SECOND=str(settings.submissions_per_second / settings.submitters_at_work),
        )
        function.allow(["batch:SubmitJob"], [queue.arn for queue in environment.job_queues])
        function.allow_any(
            ["batch:SubmitJob"],
            submittable(self, settings, environment),
            because="Submissions under way name the revision that they were accepted with, which need not be the last.",
        )
        function.allow_any(["batch:TagResource", "batch:TerminateJob"], [self._batch_arn("job", "*")], because=_ANY_JOB)
        function.allow_any(["batch:DescribeJobs", "batch:ListJobs"], ["*"], because=_NO_RESOURCE)
        function.allow(["sqs:SendMessage"], [self._submissions.queue.queue_arn])
        because = "It stores what AWS Batch can't be told of any job, whose keys begin with the owner's name."
        function.allow_any(["s3:PutObject"], [f"{self._bucket_arn()}/*"], because=because)
        # A call of SubmitJob may take ten seconds before it is given up.
        function.work_on(self._submissions.queue, batch_size=2, instances=settings.submitters_at_work)
        function.may_send_to_itself()

    def _record_state_change(self) -> None:
        function = self._function(
            "record_state_change",
            table=(*ITEMS, *READ_MANY, *WRITE_MANY),  # it keeps the children of a lost array that is found again
            timeout=_RECORD_TIMEOUT,
            memory_mib=512,
            BATCHPLANE_JOB_EVENTS_DEAD_LETTERS_URL=self._job_events.dead_letter_queue.queue_url,
        )
        function.allow_any(["batch:TerminateJob"], [self._batch_arn("job", "*")], because=_ANY_JOB)
        function.allow_any(["batch:DescribeJobs"], ["*"], because=_NO_RESOURCE)  # where two events disagree
        function.allow(["sqs:SendMessage"], [self._job_events.dead_letter_queue.queue_arn])
        # What an array's children say in a few seconds then comes in one call, up to Lambda's 6 MB.
        gathered = cdk.Duration.seconds(self._settings.event_wait_seconds)
        recorders = self._settings.recorders
        function.work_on(self._job_events.queue, batch_size=_EVENTS_A_BATCH, instances=recorders, gathered=gathered)

    def _alert_on_failure(self) -> None:
        function = self._function(
            "alert_on_failure",
            table=(*ITEMS, *READ_MANY),
            timeout=_ALERT_TIMEOUT,
            memory_mib=512,
            **self._deployment(),
            BATCHPLANE_ALERTS_TOPIC_ARN=self._topic.topic_arn,
        )
        function.allow(["sns:Publish"], [self._topic.topic_arn])
        self._let_read_logs(function)
        failed = {"NewImage": {"sk": {"S": ["RECORD"]}, "status": {"S": ["FAILED"]}}}
        function.function.add_event_source(
            event_sources.DynamoEventSource(
                self._table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=100,
                filters=[lambda_.FilterCriteria.filter({"dynamodb": failed})],
                report_batch_item_failures=True,
                bisect_batch_on_error=True,
                # Long enough for a log or a topic that is throttled; a few attempts are over in seconds.
                max_record_age=cdk.Duration.hours(6),
                on_failure=event_sources.SqsDlq(self._alerts_not_sent),
            )
        )
        acknowledge_wildcard(function.role, "*", reason="dynamodb:ListStreams, of the event source, knows no resource.")

    def _reconcile_jobs(self) -> None:
        function = self._function(
            "reconcile_jobs",
            table=(*ITEMS, *READ_MANY, *WRITE_MANY),
            timeout=_RECONCILE_TIMEOUT,
            memory_mib=512,
            **self._deployment(),
            BATCHPLANE_SUBMISSIONS_QUEUE_URL=self._submissions.queue.queue_url,
        )
        function.allow(["dynamodb:Query"], self._indexes("open"))
        function.allow(["sqs:SendMessage"], [self._submissions.queue.queue_arn])
        function.allow_any(["batch:DescribeJobs", "batch:ListJobs"], ["*"], because=_NO_RESOURCE)
        function.allow_any(["batch:TerminateJob"], [self._batch_arn("job", "*")], because=_ANY_JOB)
        # A run that fails is not repeated, neither by the rule nor by Lambda: the next one does its work.
        function.function.configure_async_invoke(retry_attempts=0)
        target = targets.LambdaFunction(function.function, retry_attempts=0)
        events.Rule(self, "Clock", schedule=events.Schedule.rate(_RECONCILE_EVERY), targets=[target])

    def _alarms(self) -> None:
        letters = {name: queue for name, queue, _ in self._replayable()} | {"alertsNotSent": self._alerts_not_sent}
        DeadLetterAlarms(
            self, "DeadLetterAlarms", deployment_name=self._settings.deployment_name, queues=letters, topic=self._topic
        )

    def _replayable(self) -> tuple[tuple[str, sqs.IQueue, sqs.IQueue], ...]:
        """Each dead-letter queue whose messages can be sent back: what people call it, itself, and where to."""
        return (
            ("submissions", self._submissions.dead_letter_queue, self._submissions.queue),
            ("jobEvents", self._job_events.dead_letter_queue, self._job_events.queue),
            ("undelivered", self._undelivered, self._job_events.queue),
        )

    def _dead_letter_queues(self) -> str:
        """What `controlplane.aws.plane` reads."""
        return self.to_json_string(
            [
                {"name": name, "url": letters.queue_url, "sourceUrl": source.queue_url}
                for name, letters, source in self._replayable()
            ]
        )

    def _function(
        self, name: str, *, table: Sequence[str], timeout: cdk.Duration, memory_mib: int, **environment: str
    ) -> PlaneFunction:
        """A function that knows the table, and may do this with its items."""
        function = PlaneFunction(
            self,
            name=name,
            settings=self._settings,
            layers=[self._layer, self._settings_layer],
            environment={
                "BATCHPLANE_TABLE": self._table.table_name,
                "BATCHPLANE_RETENTION_DAYS": str(self._settings.retention_days),
                **environment,
            },
            timeout=timeout,
            memory_mib=memory_mib,
        )
        function.allow([f"dynamodb:{action}" for action in table], [self._table.table_arn])
        return function

    def _deployment(self) -> dict[str, str]:
        """What `controlplane.deployment` reads: the one half of it, and where the other lies."""
        told = self.to_json_string(environment_document(self._environment))
        return {"BATCHPLANE_DEPLOYMENT": told, "BATCHPLANE_SETTINGS": SETTINGS_FILE}

    def _batch_arn(self, resource: str, name: str) -> str:
        return self.format_arn(service="batch", resource=resource, resource_name=name)

    def _bucket_arn(self) -> str:
        return self.format_arn(service="s3", region="", account="", resource=self._environment.io_bucket_name)

    def _indexes(self, *names: str) -> list[str]:
        return [f"{self._table.table_arn}/index/{name}" for name in names]

    def _let_read_logs(self, function: PlaneFunction) -> None:
        """Also of jobs that others submit to our queues: with definitions of their own, they log to Batch's group."""
        groups = [each.log_group_name for each in self._environment.job_definitions]
        streams = [self._log_streams(group) for group in (*groups, "/aws/batch/job")]
        because = "A stream is named by AWS Batch when its attempt starts."
        function.allow_any(["logs:GetLogEvents"], streams, because=because)

    def _log_streams(self, group: str) -> str:
        colon = cdk.ArnFormat.COLON_RESOURCE_NAME
        return self.format_arn(service="logs", resource="log-group", resource_name=f"{group}:*", arn_format=colon)
