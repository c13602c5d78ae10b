"""SQL statements of a request: no query for the key, none for an absent Idempotency-Key."""

import pytest

from calls.models import Call
from liveplatform.api.models import IdempotencyRecord
from tests.support.factories import phone_call

DOORS = {
    "telephony": lambda call: ("/calls/end", {"call_id": str(call.pk)}),
    "platform": lambda call: (f"/v1/calls/{call.pk}/end", {}),
}


def tables(queries) -> list[str]:
    return [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_ending_a_call_loads_no_key_and_stores_no_record(api, door, django_assert_max_num_queries):
    api("GET", "/v1/live/calls")  # the key is known from here on
    path, body = door(phone_call(api.account))
    with django_assert_max_num_queries(5) as queries:
        assert api("POST", path, body).status_code == 200
    names = " ".join(tables(queries))
    assert "accounts_apikey" not in names
    assert "api_idempotencyrecord" not in names
    assert Call.objects.get(account=api.account).ended_at


def test_a_key_of_idempotency_costs_two_statements(api, django_assert_max_num_queries):
    api("GET", "/v1/live/calls")
    path, body = DOORS["telephony"](phone_call(api.account))
    with django_assert_max_num_queries(7) as queries:
        assert api("POST", path, body, Idempotency_Key="k").status_code == 200
    assert sum("api_idempotencyrecord" in sql for sql in tables(queries)) == 2
    assert IdempotencyRecord.objects.get().status == 200
