"""The webhooks section of the OpenAPI document, generated from the registered event types."""

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from liveplatform.webhooks.event_types import event_types


@pytest.fixture(scope="module")
def document() -> dict:
    return SchemaGenerator().get_schema(public=True)


def body_of(document: dict, name: str) -> dict:
    return document["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]


def validator(document: dict, name: str) -> Draft202012Validator:
    """Checks messages of this type, and refuses fields that the schema does not know."""
    schemas = {
        name: {"unevaluatedProperties": False} | schema if "properties" in schema else schema
        for name, schema in document["components"]["schemas"].items()
    }
    schema = body_of(document, name)["schema"] | {"components": {"schemas": schemas}}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_every_type_is_in_the_document(document):
    assert list(document["webhooks"]) == list(event_types())


@pytest.mark.parametrize("name", event_types())
def test_the_example_of_a_type_fits_its_schema(document, name):
    (example,) = body_of(document, name)["examples"].values()
    assert example["value"]["type"] == name
    assert list(validator(document, name).iter_errors(example["value"])) == []


def test_a_message_of_another_type_does_not_fit(document):
    (example,) = body_of(document, "call.ended")["examples"].values()
    assert list(validator(document, "call.analyzed").iter_errors(example["value"]))
