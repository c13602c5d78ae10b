"""Examples for the OpenAPI document, derived from the schemas, so that they are valid by construction."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

MAX_DEPTH = 8  # of nested schemas; deeper ones are left out

FORMATS = {
    "date-time": "2026-11-21T02:57:48.438000Z",
    "date": "2026-11-21",
    "uuid": "01a1fc09-0000-7000-8000-000000000001",
    "uri": "https://hooks.example.com/live",
    "email": "anna@example.com",
    "decimal": "0.013000",
    "binary": "",
}
# By the name of a field without a format; a name that is not here gives a word.
NAMES: dict[str, str] = {
    "call_from": "+14155550100",
    "from": "+14155550100",
    "call_to": "+14155550123",
    "to": "+14155550123",
    "number": "+14155550100",
    "phone_number": "+14155550100",
    "call_sid": "CA0123456789abcdef0123456789abcdef",
    "title": "Weekly review",
    "reason": "Customer asked to end the call",
    "message": "There is no such call in this account.",
    "error": "not_found",
    "user_id": "anna",
    "host_user_id": "anna",
    "language": "en",
    "timezone": "Europe/Berlin",
}


class ExampleBuilder:
    """Examples of the schemas of one document, whose `components` resolve references."""

    def __init__(self, components: Mapping[str, Schema]) -> None:
        self._components = components

    def example(self, schema: Schema, *, required_only: bool = False) -> Any:  # noqa: ANN401 - any JSON value
        """A value that the schema accepts. `required_only`: without the optional fields, as in a request."""
        return self._value(schema, "", 0, required_only)

    def resolve(self, schema: Schema) -> Schema:
        """The schema that a reference names, or the schema itself."""
        reference = schema.get("$ref")
        return self._components[reference.rpartition("/")[2]] if reference else schema

    def _value(self, schema: Schema, name: str, depth: int, required_only: bool) -> Any:  # noqa: ANN401
        schema = self.resolve(schema)
        if "example" in schema:
            return schema["example"]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return next((value for value in schema["enum"] if value not in (None, "")), schema["enum"][0])
        for union in ("oneOf", "anyOf"):
            if union in schema:
                return self._value(self._first_typed(schema[union]), name, depth, required_only)
        if "allOf" in schema:
            return self._value(schema["allOf"][0], name, depth, required_only)
        return self._of_type(_type(schema), schema, name, depth, required_only)

    def _of_type(self, type_: str, schema: Schema, name: str, depth: int, required_only: bool) -> Any:  # noqa: ANN401
        match type_:
            case "object":
                return self._object(schema, depth, required_only)
            case "array":
                items = self._value(schema.get("items", {}), name, depth + 1, required_only)
                return [items] if depth < MAX_DEPTH else []
            case "integer" | "number":
                return schema.get("minimum", min(1, schema.get("maximum", 1)))
            case "boolean":
                return False
            case "null":
                return None
            case _:
                return _text(schema, name)

    def _object(self, schema: Schema, depth: int, required_only: bool) -> dict[str, Any]:
        properties = schema.get("properties", {})
        names = schema.get("required", []) if required_only else properties
        if depth >= MAX_DEPTH:
            return {}
        return {
            name: self._value(properties[name], name, depth + 1, required_only)
            for name in names
            if name in properties
        }

    def _first_typed(self, schemas: list[Schema]) -> Schema:
        """The first of a union that is neither null nor the empty text."""
        for schema in schemas:
            if _type(self.resolve(schema)) != "null" and schema.get("maxLength") != 0:
                return schema
        return schemas[0]


def _type(schema: Schema) -> str:
    declared = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(declared, list):
        return str(next((each for each in declared if each != "null"), "null"))
    return str(declared)


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    text = NAMES.get(name, name or "text")[: schema.get("maxLength", 200)]
    return text.ljust(schema.get("minLength", 0), "x")
