"""What the OpenAPI document needs as a whole: servers, tags, security, response headers, examples.

Client generators and linters read all of it (tests/test_openapi_clients.py runs them).
"""

from collections.abc import Iterator
from typing import Any, cast

from django.conf import settings

from liveplatform.api.schema_examples import ExampleBuilder
from liveplatform.api.surfaces import surfaces

Document = dict[str, Any]
Operation = dict[str, Any]

HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-ID": {"schema": {"type": "string"}, "description": "The request's id; it is in the logs too."},
    "RateLimit-Limit": {"schema": {"type": "integer"}, "description": "Requests in the present minute."},
    "RateLimit-Remaining": {"schema": {"type": "integer"}, "description": "How many of them are left."},
    "RateLimit-Reset": {"schema": {"type": "integer"}, "description": "Seconds until they begin anew."},
    "Idempotency-Replayed": {
        "schema": {"type": "string", "enum": ["true"]},
        "description": "The request was answered before; this is that answer.",
    },
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait before the next try."},
    "WWW-Authenticate": {"schema": {"type": "string"}, "description": "The accepted credentials."},
}
ALWAYS = ("X-Request-ID",)
LIMITED = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
BY_STATUS = {"401": ("WWW-Authenticate",), "429": ("Retry-After",), "503": ("Retry-After",)}


def complete_document(document: Document) -> Document:
    """Add what drf-spectacular leaves out; changes and returns the document."""
    document["servers"] = [{"url": settings.PUBLIC_URL, "description": "This platform"}]
    document["tags"] = _tags(document)
    components = document.setdefault("components", {})
    components["headers"] = HEADERS
    for schema in components.get("schemas", {}).values():
        _merge_blank_unions(schema)
    builder = ExampleBuilder(components.get("schemas", {}))
    for operation in _operations(document["paths"]):
        operation.setdefault("security", [])  # by signature only: none of the schemes
        _add_headers(operation)
        _add_examples(operation, builder)
    for operation in _operations(document.get("webhooks", {})):
        operation["security"] = []  # it is signed by the platform
        _name_type_of_body(operation)
    return document


def _operations(paths: Document) -> Iterator[Operation]:
    return (operation for methods in paths.values() for operation in methods.values())


def _tags(document: Document) -> list[dict[str, str]]:
    """The tags that operations have, in the order of settings.SURFACES, as the surfaces describe them."""
    described = {name: text for surface in surfaces() for name, text in surface.tags.items()}
    sections = (document["paths"], document.get("webhooks", {}))
    used = {tag for section in sections for operation in _operations(section) for tag in operation["tags"]}
    return [{"name": name, "description": text} for name, text in described.items() if name in used]


def _merge_blank_unions(schema: Document) -> None:
    """Replace `oneOf [a URI, the empty text]`, which generators make a type of its own, by a text."""
    for name, field in schema.get("properties", {}).items():
        union = field.get("oneOf", [])
        if len(union) == 2 and union[1] == {"type": "string", "maxLength": 0}:
            rest = {key: value for key, value in field.items() if key != "oneOf"}
            text = {key: value for key, value in union[0].items() if key not in ("format", "default")}
            schema["properties"][name] = text | rest


def _add_headers(operation: Operation) -> None:
    takes_key = "Idempotency-Key" in {parameter["name"] for parameter in operation.get("parameters", [])}
    limits = LIMITED if "429" in operation["responses"] else ()
    for status, response in operation["responses"].items():
        names = [*ALWAYS, *limits, *BY_STATUS.get(status, ())]
        if takes_key and not status.startswith("5"):
            names.append("Idempotency-Replayed")
        references = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        response["headers"] = references | response.get("headers", {})


def _add_examples(operation: Operation, builder: ExampleBuilder) -> None:
    """An example of the body and of the answer, where none is declared."""
    bodies = [(operation.get("requestBody", {}), True)]
    # Those of errors stand with their schema: copies at each operation would double the document.
    bodies += [(answer, False) for status, answer in operation["responses"].items() if status < "3"]
    for body, is_request in bodies:
        for media in body.get("content", {}).values():
            if "schema" in media and not {"example", "examples"} & media.keys():
                declared = builder.resolve(media["schema"]).get("example")
                media["example"] = (
                    declared
                    if declared is not None
                    else builder.example(media["schema"], required_only=is_request)
                )


def _name_type_of_body(operation: Operation) -> None:
    """openapi-generator (python) types a webhook's body only if it is told the type's name."""
    body = operation.get("requestBody", {})
    body["required"] = True
    for media in body.get("content", {}).values():
        reference = cast("str", media.get("schema", {}).get("$ref", ""))
        if reference:
            body["x-py-typing"] = reference.rpartition("/")[2]
