"""One page of an OpenAPI document: what there is, route by route, and every schema. Does no I/O but for its own style.

Nothing in it runs: its policy lets a browser apply one style sheet, known by its digest, and load nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from batchplane._api_page._html import Html, element, html, joined, prose, table
from batchplane._api_page._schema import members, type_of

Document = Mapping[str, Any]


def render(document: Document, *, url: str) -> str:
    """The page of a plane's API, as `GET /openapi.json` of this endpoint describes it."""
    style = files("batchplane._api_page").joinpath("style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    title = f"{document['info']['title']} API"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element(
            "meta", http_equiv="Content-Security-Policy", content=f"default-src 'none'; style-src 'sha256-{digest}'"
        ),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Html(style)),
    )
    routes = list(_routes(document))
    main = element("main", _head(document, title, url), *_tags(document, routes, url), _schemas(document))
    return f"<!doctype html>\n{element('html', head, element('body', _contents(document, routes), main), lang='en')}\n"


def _routes(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Method, path and operation of each route."""
    for path, by_method in document["paths"].items():
        for method, operation in by_method.items():
            yield method.upper(), path, operation


def _contents(document: Document, routes: list[tuple[str, str, Document]]) -> Html:
    return element(
        "nav",
        *(
            joined(element("h2", tag["name"]), element("ul", *_entries(routes, tag["name"])))
            for tag in document.get("tags", ())
        ),
        element("h2", element("a", "Schemas", href="#schemas")),
    )


def _entries(routes: list[tuple[str, str, Document]], tag: str) -> Iterator[Html]:
    for method, path, operation in routes:
        if tag in operation["tags"]:
            words = joined(_method(method), " ", path)
            yield element("li", element("a", words, href=f"#{operation['operationId']}", title=operation["summary"]))


def _head(document: Document, title: str, url: str) -> Html:
    paragraphs = [element("p", prose(each)) for each in str(document["info"].get("description", "")).split("\n\n")]
    schemes = [
        (element("code", name), prose(str(scheme.get("description", ""))))
        for name, scheme in document["components"].get("securitySchemes", {}).items()
    ]
    endpoint = element("p", "Endpoint: ", element("code", url))
    return element(
        "header",
        element("h1", title),
        *paragraphs,
        endpoint,
        element("h2", "Credentials"),
        table(("Name", "What it is"), schemes),
    )


def _tags(document: Document, routes: list[tuple[str, str, Document]], url: str) -> Iterator[Html]:
    for tag in document.get("tags", ()):
        told = (_route(*route, url=url) for route in routes if tag["name"] in route[2]["tags"])
        yield element("section", element("h2", tag["name"]), element("p", tag.get("description", "")), *told)


def _route(method: str, path: str, operation: Document, *, url: str) -> Html:
    name = operation["operationId"]
    schemes = [scheme for each in operation["security"] for scheme in each]
    credentials = " or ".join(schemes) if schemes else "none"
    return element(
        "article",
        element("h3", element("a", _method(method), " ", path, href=f"#{name}")),
        element(
            "p", operation["summary"], ". ", element("span", f"{name} · credential: {credentials}", class_="quiet")
        ),
        _parameters(operation),
        _body(operation),
        _answers(operation),
        id=name,
    )


def _parameters(operation: Document) -> Html:
    rows = [
        (
            joined(element("code", each["name"]), element("span", f" {_place(each)}", class_="quiet")),
            type_of(each["schema"]),
            joined(prose(str(each.get("description", ""))), *_example(each)),
        )
        for each in operation.get("parameters", ())
    ]
    return table(("Parameter", "Type", "Meaning"), rows)


def _place(parameter: Document) -> str:
    return str(parameter["in"]) if parameter.get("required") else f"{parameter['in']}, optional"


def _example(parameter: Document) -> list[str]:
    return [" Example: ", element("code", str(parameter["example"]))] if "example" in parameter else []


def _body(operation: Document) -> Html:
    if "requestBody" not in operation:
        return Html()
    media = operation["requestBody"]["content"]
    told = (
        joined(element("p", "Body: ", type_of(each["schema"]), f" as {name}"), *_shown(each))
        for name, each in media.items()
    )
    return joined(*told)


def _answers(operation: Document) -> Html:
    rows = [
        (
            element("code", status, class_="good" if status < "400" else "bad"),
            joined(prose(str(answer["description"])), *_headers(answer)),
            joined(*(_content(name, media) for name, media in answer.get("content", {}).items())),
        )
        for status, answer in operation["responses"].items()
    ]
    return table(("Answer", "When", "What"), rows)


def _headers(answer: Document) -> Iterator[Html]:
    for name in answer.get("headers", {}):
        yield joined(" Header: ", element("code", name), ".")


def _content(name: str, media: Document) -> Html:
    return element("div", type_of(media["schema"]), " ", element("span", name, class_="quiet"), *_shown(media))


def _shown(media: Document) -> Iterator[Html]:
    examples = {title: each["value"] for title, each in media.get("examples", {}).items()}
    if "example" in media:
        examples["Example"] = media["example"]
    for title, value in examples.items():
        text = json.dumps(value, indent=2, ensure_ascii=False)
        yield element("details", element("summary", title), element("pre", text))


def _schemas(document: Document) -> Html:
    told = (
        element(
            "article",
            element("h3", element("a", name, href=f"#schema-{name}")),
            element("p", prose(str(schema.get("description", "")))),
            members(schema),
            id=f"schema-{name}",
        )
        for name, schema in document["components"]["schemas"].items()
    )
    return element("section", element("h2", "Schemas"), *told, id="schemas")


def _method(method: str) -> Html:
    return element("b", html(method), class_=f"method {method.lower()}")
