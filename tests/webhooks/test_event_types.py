"""The types of events: what the apps register, what endpoints may name, what the documentation lists."""

from pathlib import Path

import pytest
from django.conf import settings

from liveplatform.webhooks.event_types import event_types, unknown_types

DOCS = Path(settings.BASE_DIR) / "docs" / "webhooks.md"


def test_types_of_all_listed_apps_are_registered_in_order():
    assert list(event_types())[0] == "call.created"
    assert list(event_types())[-1] == "endpoint.test"
    assert "operation.finished" in event_types()


@pytest.mark.parametrize("name", event_types())
def test_the_documentation_names_every_type(name):
    assert f"| `{name}` |" in DOCS.read_text()


@pytest.mark.parametrize("name", ["call.ended", "call.*", "endpoint.*", "endpoint.test"])
def test_types_and_groups_are_known(name):
    assert unknown_types([name]) == []


@pytest.mark.parametrize("name", ["", "*", ".*", "call", "call.", "cal.*", "call.e*", "CALL.*", "call.endet"])
def test_other_names_are_unknown(name):
    assert unknown_types([name]) == [name]
