"""The door for providers' events: signed by whom it should be, stored once, as it came."""

import gzip
import json

import pytest

from calls.models import ProviderEvent
from liveplatform.accounts.connections import upsert_connection
from tests.support import signed_events
from tests.support.concurrency import at_once
from tests.support.factories import phone_connection


@pytest.fixture
def phone(account):
    return phone_connection(account)


@pytest.fixture
def video(account):
    given = {"api_key": "app", "api_secret": "a-secret-of-at-least-32-characters"}
    return upsert_connection(account, "getstream", given)


FORM = signed_events.status_form("CA1", "ringing", 1)


def test_an_event_is_stored_as_it_came(phone):
    answer = signed_events.post_twilio(phone, FORM, "?call=x")
    assert (answer.status_code, answer.json()) == (200, {"received": True, "duplicate": False})
    event = ProviderEvent.objects.get(connection=phone)
    assert b"CallSid=CA1&CallStatus=ringing" in bytes(event.body)
    assert event.url.endswith(f"/v1/providers/{phone.pk}/events?call=x")
    assert event.headers["x-twilio-signature"]
    assert (event.dedup_key, event.type, event.kind, event.state) == (
        "CA1:1:ringing",
        "ringing",
        "call_status",
        "pending",
    )


def test_a_zipped_event_is_stored_zipped(video):
    assert signed_events.post_getstream(video, "call.updated", "r", zipped=True).status_code == 200
    event = ProviderEvent.objects.get(connection=video)
    assert json.loads(gzip.decompress(event.body))["type"] == "call.updated"


def test_an_event_costs_two_statements(phone, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert signed_events.post_twilio(phone, FORM).status_code == 200


def test_a_duplicate_is_answered_and_not_stored_again(video, phone):
    for connection, send in ((video, _stream), (phone, signed_events.post_twilio)):
        answers = [send(connection, FORM) for _ in range(3)]
        assert [answer.json()["duplicate"] for answer in answers] == [False, True, True]
        assert ProviderEvent.objects.filter(connection=connection).count() == 1


def _stream(connection, _):
    return signed_events.post_getstream(connection, "call.ended", "r", webhook_id="once")


@pytest.mark.django_db(transaction=True)
def test_duplicates_at_the_same_moment_are_one_row(phone):
    answers = at_once(12, lambda _: signed_events.post_twilio(phone, FORM))
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["duplicate"] for answer in answers].count(False) == 1
    assert ProviderEvent.objects.filter(connection=phone).count() == 1


def test_behind_a_proxy_the_signed_address_is_public_urls(phone, settings):
    settings.PUBLIC_URL = "https://calls.example.com/platform"
    assert signed_events.post_twilio(phone, FORM).status_code == 200
    inside = f"http://testserver/v1/providers/{phone.pk}/events"
    assert signed_events.post_twilio(phone, FORM | {"SequenceNumber": "2"}, url=inside).status_code == 403


def test_what_is_forged_is_refused_and_leaves_no_trace(phone, video):
    answers = [
        signed_events.post_twilio(phone, FORM, token="another"),
        signed_events.post_twilio(phone, FORM, url="https://elsewhere.example/"),
        signed_events.post_getstream(video, "call.ended", "r", secret="another"),
        signed_events.post(phone, b"CallSid=CA1", signed_events.FORM, {}),
        signed_events.post(video, b"{}", "application/json", {"X-SIGNATURE": "\u00e9"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert {answer.json()["error"] for answer in answers} == {"bad_signature"}
    assert f"/v1/providers/{phone.pk}/events" in answers[0].json()["message"]
    assert not ProviderEvent.objects.exists()


def test_one_customers_signature_is_nothing_at_anothers_address(phone, video, account):
    """Two customers at one provider, each with a secret of their own."""
    other = upsert_connection(
        type(account).objects.create(name="other"), "twilio", {"account_sid": "AC9", "auth_token": "t9"}
    )
    own = f"https://x.example/v1/providers/{phone.pk}/events"
    assert signed_events.post_twilio(other, FORM, token=phone.credentials()["auth_token"]).status_code == 403
    assert signed_events.post_twilio(other, FORM, url=own).status_code == 403


BOMB = gzip.compress(b"0" * 64_000_000)


@pytest.mark.parametrize(
    ("body", "status"),
    [(BOMB, 403), (b"x" * (1024 * 1024 + 1), 413), (b"", 403), (b"\x1f\x8b", 403)],
    ids=["bomb", "big", "empty", "cut"],
)
def test_bodies_are_bounded(video, body, status):
    assert (
        signed_events.post(video, body, "application/json", {"X-SIGNATURE": "0" * 64}).status_code == status
    )


def test_a_zipped_event_of_more_than_4_mib_is_not_looked_into(video):
    answer = signed_events.post_getstream(
        video, "call.updated", "r", zipped=True, custom="x" * 4 * 1024 * 1024
    )
    assert (answer.status_code, answer.json()["error"]) == (403, "bad_signature")
    assert (
        signed_events.post_getstream(
            video, "call.updated", "r", zipped=True, custom="x" * 4_000_000
        ).status_code
        == 200
    )


def test_what_is_signed_and_no_event_is_a_bad_request(phone):
    answer = signed_events.post_twilio(phone, {"Hello": "World"})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


def test_addresses_of_nobody(phone, account):
    assert signed_events.post(type(phone)(), b"", signed_events.FORM, {}).status_code == 404
    vobiz = upsert_connection(account, "vobiz", {"auth_id": "a", "auth_token": "t"})
    assert signed_events.post(vobiz, b"", signed_events.FORM, {}).status_code == 404


def test_a_connection_without_its_secret_asks_to_be_told_later(phone):
    phone.sealed_secrets = ""
    phone.save()
    assert signed_events.post(phone, b"", signed_events.FORM, {}).status_code == 503


def test_the_address_takes_posts_only_and_no_keys(api, phone):
    path = f"/v1/providers/{phone.pk}/events"
    assert api("GET", path).status_code == 405
    assert api("POST", path, Idempotency_Key="k").status_code == 403


HOSTILE = [
    {"CallSid": "CA\0", "CallStatus": "ringing"},
    {"CallSid": "C" * 5000, "CallStatus": "x" * 5000},
    {"CallSid": "CA1", "CallStatus": "completed", "CallDuration": "999999999", "SequenceNumber": "9"},
    {"CallSid": "CA1", "CallStatus": "completed", "Timestamp": "Mon, 01 Jan 0001 00:00:00 +1400"},
    {"CallSid": "CA1", "CallStatus": "completed", "Timestamp": "Fri, 31 Dec 9999 23:59:59 -1400"},
    {"CallSid": "CA1", "RecordingStatus": "completed", "RecordingSid": "R\0", "RecordingUrl": "\U0001f600\0"},
]


@pytest.mark.parametrize("form", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_a_customer_can_sign_breaks_the_queue(phone, form):
    assert signed_events.post_twilio(phone, form).status_code == 200
    signed_events.drain(ProviderEvent)
    assert ProviderEvent.objects.get(connection=phone).state in ("pending", "skipped")


TELLS_OF_NUL = r"bad\u0000user"


def test_a_text_that_tells_of_a_nul_character_is_kept_as_it_is(phone, video):
    """A backslash and five letters, which JSON writes with two backslashes."""
    answers = [
        signed_events.post_getstream(video, "call.ended", TELLS_OF_NUL, user={"id": TELLS_OF_NUL}),
        signed_events.post_twilio(phone, FORM | {"AnsweredBy": TELLS_OF_NUL}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    of_room, of_leg = (ProviderEvent.objects.get(connection=each).payload for each in (video, phone))
    assert (of_room["resource"], of_room["details"]["by"]) == (TELLS_OF_NUL, TELLS_OF_NUL)
    assert of_leg["details"]["answered_by"] == TELLS_OF_NUL
    signed_events.drain(ProviderEvent)
    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {"pending"}


def test_the_connection_shows_its_address(api, phone):
    shown = api("GET", f"/v1/connections/{phone.pk}").json()
    assert shown["events_url"].endswith(f"/v1/providers/{phone.pk}/events")
