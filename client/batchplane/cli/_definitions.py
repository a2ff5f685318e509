"""`batchplane definitions`, and `definitions register` and `deregister`, where the deployment allows it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Annotated

import typer

from batchplane._definition import JobDefinition
from batchplane.cli._cells import pairs, text
from batchplane.cli._documents import read_definition
from batchplane.cli._listing import Listing
from batchplane.cli._options import Json
from batchplane.cli._terminal import Terminal

_HEADINGS = (
    *("DEFINITION", "STATUS", "RUNNER", "VCPUS", "MEMORY", "GPUS", "ATTEMPTS"),
    *("IMAGE", "COMMAND", "PARAMETERS", "REGISTERED BY"),
)

definitions = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@definitions.callback()
def list_definitions(context: typer.Context, as_json: Json = False) -> None:
    """List the job definitions that jobs may have, and what a job gets that says nothing else; or change them."""
    if context.invoked_subcommand is not None:
        return
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        found = client.definitions()
    if as_json:
        terminal.json({"definitions": [each.document for each in found]})
    else:
        terminal.show(_table(found))


@definitions.command("register")
def register_definition(
    context: typer.Context,
    file: Annotated[
        str,
        typer.Option(
            "--from", metavar="FILE", help="RegisterJobDefinition's document, as the AWS CLI takes it; - is stdin."
        ),
    ],
    as_json: Json = False,
) -> None:
    """Register a job definition, or another revision of it, and print what submissions call it."""
    terminal: Terminal = context.obj
    document = read_definition(file)
    with terminal.connect() as client:
        made = client.register_definition(document)
    if as_json:
        terminal.json(made.document)
    else:
        terminal.line(f"{made.name}:{made.revision}")


@definitions.command("deregister")
def deregister_definition(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME")], as_json: Json = False
) -> None:
    """Let nobody name a registered job definition any more. Its jobs go on."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        done = client.deregister_definition(name)
    if as_json:
        terminal.json({"name": done.name, "deregistered": done.deregistered, "waitedFor": done.waited_for})
    else:
        terminal.line(done.name)
    if done.waited_for:
        terminal.say(
            f"{len(done.waited_for)} of its revisions stay in AWS Batch for jobs that were accepted and are still to be"
            " submitted. Deregister it again later."
        )


def _table(found: Iterable[JobDefinition]) -> Listing:
    return Listing(
        headings=_HEADINGS,
        rows=[dict(zip(_HEADINGS, map(text, _row(each)), strict=True)) for each in found],
        whole={"DEFINITION", "STATUS", "MEMORY"},
        spared=["PARAMETERS", "REGISTERED BY", "ATTEMPTS", "GPUS", "COMMAND", "IMAGE", "RUNNER"],
    )


def _row(definition: JobDefinition) -> tuple[object, ...]:
    return (
        f"{definition.name}:{definition.revision}",
        definition.status,
        "yes" if definition.runner else "no",
        definition.vcpus,
        f"{definition.memory} MiB",
        definition.gpus,
        definition.attempts,
        definition.image,
        shlex.join(definition.command) or None,
        pairs(definition.parameters, "=") or None,
        definition.registered_by,
    )
