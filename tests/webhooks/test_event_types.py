"""The types of events: one list in code, the schema and the documentation."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from liveplatform.webhooks.event_types import EVENT_TYPES, unknown_types

DOCS = Path(settings.BASE_DIR) / "docs" / "webhooks.md"


def test_the_schema_describes_every_type():
    described = [import_string(path).name for path in settings.SPECTACULAR_SETTINGS["WEBHOOKS"]]
    assert described == list(EVENT_TYPES)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_the_documentation_names_every_type(name):
    assert f"| `{name}` |" in DOCS.read_text()


@pytest.mark.parametrize("name", ["call.ended", "call.*", "endpoint.*", "endpoint.test"])
def test_types_and_groups_are_known(name):
    assert unknown_types([name]) == []


@pytest.mark.parametrize("name", ["", "*", ".*", "call", "call.", "cal.*", "call.e*", "CALL.*", "call.endet"])
def test_anything_else_is_not(name):
    assert unknown_types([name]) == [name]
