"""`batchplane submit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from batchplane._client import Client
from batchplane._overlay import laid_over, merged
from batchplane._submission import Dependency, JobSettings, name_for, submit_job_document
from batchplane.cli._documents import read_document, read_lines
from batchplane.cli._options import Json, pairs
from batchplane.cli._submit_many import submit_many
from batchplane.cli._terminal import Terminal


def submit(
    context: typer.Context,
    command: Annotated[list[str] | None, typer.Argument(help="The command; put -- before it.")] = None,
    name: Annotated[str | None, typer.Option(help="The job's name; made from the command unless given.")] = None,
    array_size: Annotated[int | None, typer.Option(help="Submit an array job of so many children.")] = None,
    nodes: Annotated[int | None, typer.Option(help="Submit a multi-node parallel job of so many nodes.")] = None,
    job_queue: Annotated[str | None, typer.Option(help="The plane's default unless given.")] = None,
    job_definition: Annotated[str | None, typer.Option(help="The plane's default unless given.")] = None,
    env: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A variable of the command.")] = None,
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="NAME=PATH", help="A file to upload, and its name where the command runs."),
    ] = None,
    attempts: Annotated[int | None, typer.Option(help="How often the job is tried, 1 to 10.")] = None,
    timeout: Annotated[int | None, typer.Option(help="How long an attempt may run, in seconds, at least 60.")] = None,
    vcpus: Annotated[int | None, typer.Option(help="vCPUs; the definition's unless given.")] = None,
    memory: Annotated[
        str | None,
        typer.Option(help="MiB, or a quantity such as '8 GiB'; automatic with --vcpus or --gpus."),
    ] = None,
    gpus: Annotated[int | None, typer.Option(help="GPUs; the definition's unless given.")] = None,
    share: Annotated[str | None, typer.Option(help="The share of a fair-share job queue that it counts to.")] = None,
    priority: Annotated[int | None, typer.Option(help="Its place in its share, 0 to 9999; higher is first.")] = None,
    depends_on: Annotated[
        list[str] | None,
        typer.Option(metavar="JOB[=TYPE]", help="A job to wait for; TYPE is N_TO_N or SEQUENTIAL between arrays."),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What Ref::NAME stands for in the job definition's command."),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A tag of the job.")] = None,
    cli_input_json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="SubmitJob's document; options given here win over it.")
    ] = None,
    idempotency_key: Annotated[str | None, typer.Option(help="The same key with the same job is the same job.")] = None,
    many: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Submit many: SubmitJob's document a line; - is stdin."),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the job has finished.")] = False,
    as_json: Json = False,
) -> None:
    """Submit a job; its id is printed once the plane has kept it."""
    settings = JobSettings(
        name=name,
        array_size=array_size,
        num_nodes=nodes,
        job_queue=job_queue,
        job_definition=job_definition,
        environment=pairs(env or (), "--env"),
        attempts=attempts,
        timeout_seconds=timeout,
        vcpus=vcpus,
        memory=memory,
        gpus=gpus,
        share_identifier=share,
        scheduling_priority=priority,
        depends_on=[_dependency(each) for each in depends_on or ()],
        parameters=pairs(parameter or (), "--parameter"),
        tags=pairs(tag or (), "--tag"),
    )
    given = read_document(cli_input_json)
    files = pairs(inputs or (), "--input")
    if many is None:
        document = _completed(given, command or (), settings)
        _submit(context.obj, document, files, key=idempotency_key, wait=wait, as_json=as_json)
        return
    if files:
        raise typer.BadParameter("--input is of one job: a line of --from names its own inputs, by uploaded keys")
    documents = [_completed(merged(given, each), command or (), settings) for each in read_lines(many)]
    raise typer.Exit(submit_many(context.obj, documents, key=idempotency_key, wait=wait, as_json=as_json))


def _completed(given: Mapping[str, Any], command: Sequence[str], settings: JobSettings) -> dict[str, Any]:
    """A document, with what was said on the command line laid over it."""
    words = command or given.get("command")
    name = settings["name"] or given.get("jobName") or name_for([str(word) for word in words or ()])
    options = submit_job_document(command, settings | {"name": name})
    return laid_over(given, options, keeps_memory=settings["memory"] is None)


def _submit(
    terminal: Terminal, document: dict[str, Any], files: dict[str, str], *, key: str | None, wait: bool, as_json: bool
) -> None:
    with terminal.connect() as client:
        keys = _uploaded(client, files)
        job = client.submit_document(merged(document, {"inputs": keys} if keys else {}), idempotency_key=key)
        raise typer.Exit(terminal.accepted(job, client=client, wait=wait, as_json=as_json))


def _uploaded(client: Client, files: dict[str, str]) -> dict[str, str]:
    return {name: client.upload(Path(path), name) for name, path in files.items()}


def _dependency(given: str) -> Dependency:
    job_id, equals, kind = given.partition("=")
    return {"jobId": job_id, "type": kind} if equals else job_id
