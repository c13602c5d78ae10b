"""`POST /calls` and `POST /v1/calls`: one operation, and what it refuses."""

import pytest

from calls.models import Call
from tests.support.factories import NUMBER

TOLD = {"call_from": NUMBER, "call_to": "(415) 555-0123"}


def test_it_is_at_v1_too(api):
    answer = api("POST", "/v1/calls", TOLD)
    assert answer.status_code == 200
    assert answer.json()["data"]["call_from"] == NUMBER


WRONG = [
    ({"call_from": None}, "call_from"),
    ({"call_to": "abc"}, "E.164"),
    ({"call_to": "1" * 41}, "40 characters"),
    ({"call_sid": "x" * 65}, "64 characters"),
    ({"campaign_id": "x"}, "UUID"),
    ({"agent_dynamic_variables": "x"}, "agent_dynamic_variables"),
    ({"agent_dynamic_variables": [{"name": "a b", "value": "1"}]}, "spaces"),
    ({"agent_dynamic_variables": [{"name": "a", "value": ""}]}, "value"),
    ({"metadata": [1]}, "metadata"),
    ({"workspace": ""}, "workspace"),
    ({"workspace": "x" * 101}, "100 characters"),
    ({"notes": "a\0b"}, "NUL"),
    ({"is_test": "perhaps"}, "is_test"),
]


@pytest.mark.parametrize("path", ["/calls", "/v1/calls"])
@pytest.mark.parametrize(("change", "culprit"), WRONG, ids=lambda value: str(value)[:40])
def test_bad_input_is_400_in_the_vendors_envelope(api, path, change, culprit):
    answer = api("POST", path, TOLD | change)
    assert answer.status_code == 400, answer.content
    assert answer.json().keys() >= {"status", "message", "data", "error"}
    assert culprit in answer.json()["message"]
    assert not Call.objects.filter(account=api.account).exists()
