"""The sessions API: the vendor's schema, who asks, and what is refused."""

from datetime import timedelta

from django.utils import timezone

from tests.sessions_app.factories import BRAND, HOST

LATER = (timezone.now() + timedelta(days=2)).isoformat()
BODY = {"host_id": HOST, "brand_id": BRAND, "title": "Yoga", "scheduled_at": LATER, "max_participants": 3}


def patch(api, row, body, **headers):
    return api("PATCH", f"/v1/sessions/{row.pk}", body, **headers)


def test_a_session_is_made_with_the_fields_of_the_vendor(api):
    answer = api("POST", "/v1/sessions", BODY | {"metadata": {"a": 1}, "no_such_field": 1})
    made = answer.json()
    assert (answer.status_code, made["status"], made["kind"]) == (201, "scheduled", "live")
    assert (made["stream_call_id"], made["registered_count"], made["is_registered"]) == (None, 0, False)
    assert api("GET", f"/v1/sessions/{made['id']}").json() == made
