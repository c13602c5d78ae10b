"""An event is stored once, with its headers and raw body."""

import gzip
import json
import time

import pytest
from django.db import connection as database

from calls.models import PhoneNumber, ProviderEvent
from liveplatform.accounts.models import Connection
from tests.support import signed_events
from tests.support.concurrency import after_commit_of, at_once

FORM = signed_events.status_form("CA1", "ringing", 1)


def test_an_event_is_stored_with_its_raw_request(telephony):
    answer = signed_events.post_twilio(telephony, FORM, "?call=x")
    assert (answer.status_code, answer.json()) == (200, {"received": True, "duplicate": False})
    event = ProviderEvent.objects.get(connection=telephony)
    assert b"CallSid=CA1&CallStatus=ringing" in bytes(event.body)
    assert event.url.endswith(f"/v1/providers/{telephony.pk}/events?call=x")
    assert event.headers["x-twilio-signature"]
    assert event.headers["content-type"] == "application/x-www-form-urlencoded"
    assert (event.dedup_key, event.type, event.kind, event.state) == (
        "CA1:1:ringing",
        "ringing",
        "call_status",
        "pending",
    )


def test_a_zipped_event_is_stored_zipped(stream):
    assert signed_events.post_getstream(stream, "call.updated", "r", zipped=True).status_code == 200
    event = ProviderEvent.objects.get(connection=stream)
    assert json.loads(gzip.decompress(event.body))["type"] == "call.updated"
    assert event.headers.keys() >= {"x-signature", "x-webhook-id", "x-webhook-attempt"}
    assert "authorization" not in event.headers


def test_an_event_costs_two_statements_and_a_savepoint(telephony, django_assert_num_queries):
    with django_assert_num_queries(4):
        assert signed_events.post_twilio(telephony, FORM).status_code == 200


def test_a_duplicate_is_acknowledged_and_not_stored_again(stream, telephony):
    for connection, send in ((stream, _stream), (telephony, signed_events.post_twilio)):
        at = time.time()
        answers = [send(connection, FORM if connection == telephony else at) for _ in range(3)]
        assert [answer.json()["duplicate"] for answer in answers] == [False, True, True]
        assert ProviderEvent.objects.filter(connection=connection).count() == 1


def _stream(connection, at):
    """The id of the delivery is not signed: it does not count."""
    return signed_events.post_getstream(connection, "call.ended", "r", at=at)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_duplicates_are_one_row(telephony):
    answers = at_once(12, lambda _: signed_events.post_twilio(telephony, FORM))
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["duplicate"] for answer in answers].count(False) == 1
    assert ProviderEvent.objects.filter(connection=telephony).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_event_of_a_connection_that_is_being_deleted_is_acknowledged(telephony):
    def delete():
        PhoneNumber.objects.filter(connection=telephony).delete()
        Connection.objects.filter(pk=telephony.pk).delete()

    answer = after_commit_of(delete, lambda: signed_events.post_twilio(telephony, FORM))
    assert (answer.status_code, answer.json()["duplicate"]) == (200, True)
    assert not ProviderEvent.objects.exists()


def test_an_event_that_cannot_be_stored_is_not_acknowledged(telephony):
    with database.cursor() as cursor:
        cursor.execute("ALTER TABLE calls_providerevent ADD CONSTRAINT none CHECK (type <> 'ringing')")
    assert signed_events.post_twilio(telephony, FORM).status_code == 500


HOSTILE = [
    {"CallSid": "CA\0", "CallStatus": "ringing"},
    {"CallSid": "C" * 5000, "CallStatus": "x" * 5000},
    {"CallSid": "CA1", "CallStatus": "completed", "CallDuration": "999999999", "SequenceNumber": "9"},
    {"CallSid": "CA1", "CallStatus": "completed", "Timestamp": "Mon, 01 Jan 0001 00:00:00 +1400"},
    {"CallSid": "CA1", "CallStatus": "completed", "Timestamp": "Fri, 31 Dec 9999 23:59:59 -1400"},
    {"CallSid": "CA1", "RecordingStatus": "completed", "RecordingSid": "R\0", "RecordingUrl": "\U0001f600\0"},
]


@pytest.mark.parametrize("form", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_a_customer_can_sign_breaks_the_queue(telephony, form):
    assert signed_events.post_twilio(telephony, form).status_code == 200
    signed_events.drain(ProviderEvent)
    assert ProviderEvent.objects.get(connection=telephony).state in ("pending", "skipped")


NUL_ESCAPE = r"bad\u0000user"


def test_a_text_with_an_escaped_nul_is_kept_unchanged(telephony, stream):
    """A backslash and five letters, which JSON writes with two backslashes."""
    answers = [
        signed_events.post_getstream(stream, "call.ended", NUL_ESCAPE, user={"id": NUL_ESCAPE}),
        signed_events.post_twilio(telephony, FORM | {"AnsweredBy": NUL_ESCAPE}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    of_room, of_leg = (ProviderEvent.objects.get(connection=each).payload for each in (stream, telephony))
    assert (of_room["resource"], of_room["details"]["by"]) == (NUL_ESCAPE, NUL_ESCAPE)
    assert of_leg["details"]["answered_by"] == NUL_ESCAPE
    signed_events.drain(ProviderEvent)
    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {"pending"}
