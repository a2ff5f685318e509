"""The client: one object to speak to one plane with. Speaks HTTPS to the plane, and nothing else to anyone."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack
from urllib.parse import quote

import httpx

from batchplane._bulk import Progress, submit_all
from batchplane._clock import Clock
from batchplane._dead_letters import DeadLetters, Replayed, replay
from batchplane._definition import DeregisteredDefinition, JobDefinition
from batchplane._discovery import PlaneAddress
from batchplane._environment import Caller, Environment
from batchplane._errors import ArgumentInvalid, PlaneRefused
from batchplane._job import Job
from batchplane._job_list import JobFilter, to_query
from batchplane._plane_api import PlaneApi, members
from batchplane._queue import JobQueue
from batchplane._retry import Retry
from batchplane._selection import EndingBySelection, Selected, SelectedJob, end_named, end_selected
from batchplane._submission import JobSettings, submit_job_document
from batchplane._transfer import InputKey, Source, upload

#: How long to wait for an answer's next byte, in seconds: a little more than API Gateway's own 30.
TIMEOUT_SECONDS = 35.0
#: Jobs in one answer.
PAGE_JOBS = 100


class Client:
    """Submits jobs to one plane and finds them again. Use it as a context manager, or `close()` it.

    Everything it does may raise PlaneUnreachable and PlaneRefused (see `BatchplaneError` for the whole tree).
    """

    def __init__(
        self,
        url: str,
        *,
        auth: httpx.Auth | None = None,
        transport: httpx.BaseTransport | None = None,
        retry: Retry | None = None,
        clock: Clock | None = None,
    ) -> None:
        http = httpx.Client(
            base_url=url,
            auth=auth,
            transport=transport,
            timeout=TIMEOUT_SECONDS,
            # A proxy can't reach what listens on this machine's loopback only.
            trust_env=httpx.URL(url).host not in ("127.0.0.1", "localhost", "::1"),
        )
        self._api = PlaneApi(http, retry=retry or Retry(), clock=clock or Clock())

    @classmethod
    def discover(
        cls,
        url: str | None = None,
        *,
        token: str | None = None,
        environment: Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> Client:
        """A client of the plane that the arguments name, else BATCHPLANE_URL, else the embedded plane of this user.

        A plane is asked with the token given, or BATCHPLANE_TOKEN; without one an execute-api endpoint with AWS
        credentials (`pip install 'batchplane[aws]'`), and the embedded plane with the token in its own `plane.json`.
        Raises PlaneNotFound, CredentialsMissing.
        """
        environment = os.environ if environment is None else environment
        found = PlaneAddress.find(environment, home or Path.home(), url=url, token=token)
        return cls(found.url, auth=found.auth)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections to the plane."""
        self._api.http.close()

    @property
    def url(self) -> str:
        """The plane's endpoint."""
        return str(self._api.http.base_url)

    @property
    def clock(self) -> Clock:
        """The time this client goes by."""
        return self._api.clock

    def submit(
        self,
        command: Sequence[str] = (),
        *,
        inputs: Mapping[str, str | os.PathLike[str] | bytes] | None = None,
        idempotency_key: str | None = None,
        **settings: Unpack[JobSettings],
    ) -> Job:
        """Submit a job that runs a command (argv, no shell); the job object comes back once the plane has kept it.

        `inputs` are files by their names in the job's working directory: a path, bytes, or the key that `upload`
        returned. `settings` are those of `JobSettings`: name, array_size, environment, memory, attempts and so on.
        Raises RequestInvalid, SubmissionConflict, FileFailed, TransferFailed, ArgumentInvalid.
        """
        document = submit_job_document(command, settings)
        if inputs:
            document["inputs"] = {name: self._input_key(name, content) for name, content in inputs.items()}
        return self.submit_document(document, idempotency_key=idempotency_key)

    def submit_document(self, document: Mapping[str, Any], *, idempotency_key: str | None = None) -> Job:
        """Submit AWS Batch's own SubmitJob document, with `inputs` as keys by name. Raises as `submit`.

        The same Idempotency-Key with the same document is the same job, today and tomorrow. One by chance is sent
        where none is given, so that a request repeated over a bad network makes one job.
        """
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        return Job(self._api, self._api.post("/jobs", document, **headers))

    def submit_all(
        self,
        documents: Iterable[Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
        progress: Progress = lambda _: None,
    ) -> list[Job | PlaneRefused]:
        """Submit many of AWS Batch's SubmitJob documents, a hundred in one request; what each came to, in their order.

        One that is refused stops no other. What is told "not now" is sent again, as `Retry` has it. Under one
        Idempotency-Key the document at place n has the key `KEY:n`: what was killed half-way is repeated without harm.
        `progress` is told after each request what its submissions came to. Raises RequestInvalid, ArgumentInvalid.
        """
        return submit_all(self._api, documents, key=idempotency_key or str(uuid.uuid4()), progress=progress)

    def job(self, job_id: str) -> Job:
        """The job with this id, in any session; `ID:INDEX` is a child of it, `ID#INDEX` a node. Raises JobNotFound."""
        return Job.open(self._api, job_id)

    def jobs(self, queue: str | None = None, limit: int | None = None, **wanted: Unpack[JobFilter]) -> Iterator[Job]:
        """The caller's jobs, newest first, in one job queue or in all; at most `limit` of them. Arrays count once.

        `wanted` is as `JobFilter` has it: owner, status, type, name_prefix, tags, created_from, created_before.
        Raises RequestInvalid, and NotAuthorized where another owner's jobs are not the caller's to see.
        """
        query = to_query(wanted)
        left, cursor = limit, None
        while left is None or left > 0:
            size = PAGE_JOBS if left is None else min(left, PAGE_JOBS)
            page = self._api.get("/jobs", jobQueue=queue, **query, limit=size, cursor=cursor)
            found = [Job(self._api, document) for document in members(page, "jobs")][:left]
            yield from found
            left = None if left is None else left - len(found)
            cursor = page.get("cursor")
            if cursor is None:
                return

    def whoami(self) -> Caller:
        """Whom the plane takes this caller for, and what they may."""
        return Caller.from_wire(self._api.get("/whoami"))

    def environment(self) -> Environment:
        """What the plane offers: its IOBucket, and the job queues and definitions that jobs may name."""
        return Environment.from_wire(self._api.get("/environment"))

    def cancel_jobs(
        self,
        queue: str | None = None,
        *,
        job_ids: Sequence[str] = (),
        everything: bool = False,
        reason: str = "",
        dry_run: bool = True,
        progress: Callable[[SelectedJob], None] = lambda _: None,
        **wanted: Unpack[JobFilter],
    ) -> Selected:
        """Cancel those of the caller's own jobs that `wanted` lets through, as in `jobs`, and that are not over.

        A dry run unless told otherwise: it names them, and their ids given as `job_ids` end those and no others. Where
        nothing is wanted in particular, `everything` must be said. One that is refused stops no other; what is told
        "not now" is asked again; `progress` is told of each job once. Raises RequestInvalid, ArgumentInvalid.
        """
        how = EndingBySelection(queue=queue, everything=everything, reason=reason, dry_run=dry_run)
        return self._end_jobs("cancel", job_ids, wanted, how, progress=progress)

    def terminate_jobs(
        self,
        queue: str | None = None,
        *,
        job_ids: Sequence[str] = (),
        everything: bool = False,
        reason: str = "",
        dry_run: bool = True,
        progress: Callable[[SelectedJob], None] = lambda _: None,
        **wanted: Unpack[JobFilter],
    ) -> Selected:
        """Terminate them, whatever status they are in; all else is as with `cancel_jobs`."""
        how = EndingBySelection(queue=queue, everything=everything, reason=reason, dry_run=dry_run)
        return self._end_jobs("terminate", job_ids, wanted, how, progress=progress)

    def _end_jobs(
        self,
        word: str,
        job_ids: Sequence[str],
        wanted: JobFilter,
        how: EndingBySelection,
        *,
        progress: Callable[[SelectedJob], None],
    ) -> Selected:
        if not job_ids:
            return end_selected(self._api, word, wanted, how, progress=progress)
        if how.queue is not None or how.everything or any(each is not None for each in wanted.values()):
            raise ArgumentInvalid("job_ids name the jobs: nothing else may select them")
        return end_named(self._api, word, job_ids, reason=how.reason, dry_run=how.dry_run, progress=progress)

    def describe_api(self) -> Mapping[str, Any]:
        """The plane's whole API as an OpenAPI document."""
        return self._api.get("/openapi.json")

    def upload(self, content: str | os.PathLike[str] | bytes, name: str | None = None) -> InputKey:
        """Put a file (a path, or bytes) into the IOBucket for jobs to come; the key to give as their input.

        `name` is the path's own where it is left out. Raises RequestInvalid, FileFailed, TransferFailed.
        """
        if isinstance(content, bytes):
            return upload(self._api, Source(content=content), name or "input")
        path = Path(content)
        return upload(self._api, Source(content=path), name or path.name)

    def queues(self) -> list[JobQueue]:
        """The deployment's job queues with their load, the default first."""
        return [JobQueue.from_wire(each) for each in members(self._api.get("/queues"), "queues")]

    def queue(self, name: str) -> JobQueue:
        """One job queue, with its line: where the caller's own jobs stand in it. Raises QueueNotFound."""
        return JobQueue.from_wire(self._api.get(f"/queues/{quote(name, safe='')}"))

    def definitions(self) -> list[JobDefinition]:
        """The job definitions that submissions may name, the default first, what was registered last."""
        return [JobDefinition.from_wire(each) for each in members(self._api.get("/definitions"), "definitions")]

    def register_definition(self, document: Mapping[str, Any]) -> JobDefinition:
        """Register a job definition, or another revision of it, where the deployment allows it.

        `document` is RegisterJobDefinition's own, for a container; `runner` says whether its image carries the runner.
        Each call makes another revision. Raises RequestInvalid with all that is wrong, NotAuthorized.
        https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html
        """
        return JobDefinition.from_wire(self._api.post("/definitions", document))

    def deregister_definition(self, name: str) -> DeregisteredDefinition:
        """Let nobody name a registered definition any more; its jobs go on. Raises DefinitionNotFound, NotAuthorized.

        It may be repeated, and should be where accepted jobs were still to be submitted with it.
        """
        return DeregisteredDefinition.from_wire(self._api.delete(f"/definitions/{quote(name, safe='')}"))

    def dead_letters(self, limit: int = 50) -> DeadLetters:
        """What the plane has given up, the newest first; at most `limit` (1 to 50) of each queue. For operators.

        Raises NotAuthorized for anybody else.
        """
        return DeadLetters.from_wire(self._api.get("/dead-letters", limit=limit))

    def replay_dead_letters(self, progress: Callable[[Replayed], None] = lambda _: None) -> Replayed:
        """Send back what the plane has given up until now; `progress` is told after each request. For operators.

        What was done already changes nothing; what fails again is given up again. Raises NotAuthorized.
        """
        return replay(self._api, progress=progress)

    def _input_key(self, name: str, content: str | os.PathLike[str] | bytes) -> InputKey:
        return content if isinstance(content, InputKey) else self.upload(content, name)
