"""Ids of events in URLs."""

import re
from uuid import UUID

import pytest

from liveplatform.webhooks.api.converters import EventIdConverter

ID = UUID("01a1fc0a-b396-75ee-a518-ed4619cc3887")


@pytest.mark.parametrize("text", [f"evt_{ID.hex}", ID.hex, str(ID)])
def test_an_id_with_or_without_its_prefix(text):
    assert re.fullmatch(EventIdConverter.regex, text)
    assert EventIdConverter().to_python(text) == ID


def test_a_url_has_the_prefix():
    assert EventIdConverter().to_url(ID) == f"evt_{ID.hex}"
