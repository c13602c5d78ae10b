"""Requests and answers of the platform's own API of calls."""

from calls.api.platform import serializers as shapes
from calls.representation import CallSerializer
from calls.timeline import CREATED, TimelineEntry
from tests.support.factories import phone_call


def test_null_clears_a_text_and_what_is_missing_is_not_changed():
    request = shapes.AnnotationRequest(data={"notes": None, "rating": None})
    assert request.is_valid()
    assert request.validated_data == {"notes": "", "rating": None}


def test_a_record_is_the_call_and_what_else_is_on_record(account):
    call = phone_call(account, notes="call back", rating=4, extension="")
    record = CallSerializer.write(call)
    assert (record["id"], record["from"], record["provider"]["name"]) == (call.pk, "+14155550100", "twilio")
    assert (record["notes"], record["rating"], record["extension"]) == ("call back", 4, None)


def test_a_timeline_entry_has_six_fields(account):
    call = phone_call(account)
    entry = TimelineEntry(call.created_at, "request", CREATED, "done", by="key:1")
    assert shapes.TimelineEntrySerializer.write(entry) == {
        "at": call.created_at,
        "what": "request",
        "name": "created",
        "state": "done",
        "by": "key:1",
        "detail": "",
    }
