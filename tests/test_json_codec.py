"""JSON as PostgreSQL takes it."""

import orjson
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from liveplatform.json_codec import dumps_for_jsonb

PIECES = st.lists(st.sampled_from(["\0", "\\", "u0000", '"', "x", "\u00e9"])).map("".join)


@given(st.dictionaries(PIECES.filter(lambda name: "\0" not in name), PIECES))
def test_nul_characters_are_left_out_and_nothing_else(data):
    assert orjson.loads(dumps_for_jsonb(data)) == {
        name: text.replace("\0", "") for name, text in data.items()
    }


@pytest.mark.django_db
@pytest.mark.parametrize("text", [r"bad\u0000user", "bad\0user", "\\\0\\u0000", r"\\u0000"])
def test_postgresql_holds_what_is_storable(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb ->> 'a'", [dumps_for_jsonb({"a": text})])
        assert cursor.fetchone() == (text.replace("\0", ""),)
