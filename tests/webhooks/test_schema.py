"""The webhooks section of the OpenAPI document, generated from the registered event types."""

import pytest

from liveplatform.webhooks.event_types import event_types
from liveplatform.webhooks.schema import THIN
from tests.support.event_schemas import body_of, document, errors


def example_of(name: str) -> dict:
    (example,) = body_of(name)["examples"].values()
    return example["value"]


def test_every_type_is_in_the_document():
    assert list(document()["webhooks"]) == [*event_types(), THIN]


@pytest.mark.parametrize("name", event_types())
def test_the_example_of_a_type_fits_its_schema(name):
    assert example_of(name)["type"] == name
    assert errors(name, example_of(name)) == []


def test_a_message_of_another_type_or_with_other_fields_does_not_fit():
    assert errors("call.analyzed", example_of("call.ended"))
    assert errors("call.ended", example_of("call.ended") | {"more": 1})
