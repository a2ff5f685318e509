"""The document that the functions are given says what a submission may name, and what that is."""

from __future__ import annotations

from tests.template import Template, deployment_document, plane_template


def reserved(template: Template) -> dict[str, tuple[int, int]]:
    """VCPUs and MiB of each definition in the document."""
    return {each["name"]: (each["vcpus"], each["memory"]) for each in deployment_document(template)["jobDefinitions"]}


def test_definitions_say_what_they_reserve() -> None:
    """Automatic memory grows from there."""
    assert reserved(plane_template()) == {"runner": (1, 2048), "plain": (1, 2048)}


def test_what_definitions_reserve_is_the_context_s(lab_plane: Template) -> None:
    """One setting for the definition and for the document."""
    assert reserved(lab_plane) == dict.fromkeys(("runner", "plain", "nodes"), (2, 3072))
