"""The JSON Schemas of webhook messages, as the OpenAPI document has them."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from liveplatform.api.schema import PlatformSchemaGenerator


@cache
def document() -> dict[str, Any]:
    return PlatformSchemaGenerator().get_schema(public=True)


def body_of(name: str) -> dict[str, Any]:
    """The schema and the examples of this event type."""
    return document()["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]


def errors(name: str, message: object) -> list[str]:
    """What is wrong with a message of this event type, fields that the schema does not have included."""
    schemas = {
        component: {"unevaluatedProperties": False} | schema if "properties" in schema else schema
        for component, schema in document()["components"]["schemas"].items()
    }
    schema = body_of(name)["schema"] | {"components": {"schemas": schemas}}
    checker = Draft202012Validator.FORMAT_CHECKER
    return [str(error) for error in Draft202012Validator(schema, format_checker=checker).iter_errors(message)]
