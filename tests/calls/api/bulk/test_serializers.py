"""Requests of bulk ends are validated by field."""

import json
import uuid

import pytest

from calls.models import Operation
from tests.support.bulk import bulk_end


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "exactly one"),
        ({"all": False}, "exactly one"),
        ({"all": True, "ids": [str(uuid.uuid4())]}, "exactly one"),
        ({"ids": []}, "empty"),
        ({"filter": {"is_test": {}}}, "is_test"),
        ({"filter": {"bogus": {}}}, "bogus"),
        ({"filter": {"search": " "}}, "all: true"),
        ({"ids": ["x"]}, "UUID"),
        ({"ids": "x"}, "list"),
        ({"ids": [str(uuid.uuid4())] * 10_001}, "10000"),
        ({"filter": {}}, "all: true"),
        ({"filter": {"search": " "}}, "all: true"),
        ({"filter": []}, "object"),
        ({"filter": {"nonsense": 1}}, "no such filter"),
        ({"filter": {"created_at": {"lt": "soon"}}}, "created_at"),
        ({"all": True, "code": "whim"}, "code"),
        ({"all": True, "force": True}, "no such field"),
    ],
)
def test_an_invalid_request_is_400_and_starts_nothing(api, live_calls, body, message):
    answer = bulk_end(api, body)
    assert answer.status_code == 400
    assert message in json.dumps(answer.json())
    assert not Operation.objects.exists()
