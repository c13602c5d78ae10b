"""The endpoint for provider events: signatures, limits, and answers."""

import gzip

import pytest

from calls.models import ProviderEvent
from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.models import Connection
from tests.support import signed_events

FORM = signed_events.status_form("CA1", "ringing", 1)


def test_behind_a_proxy_the_signed_address_is_that_of_public_url(telephony, settings):
    settings.PUBLIC_URL = "https://calls.example.com/platform"
    assert signed_events.post_twilio(telephony, FORM).status_code == 200
    inside = f"http://testserver/v1/providers/{telephony.pk}/events"
    assert signed_events.post_twilio(telephony, FORM | {"SequenceNumber": "2"}, url=inside).status_code == 403


def test_a_forged_event_is_rejected_and_not_stored(telephony, stream):
    answers = [
        signed_events.post_twilio(telephony, FORM, token="another"),
        signed_events.post_twilio(telephony, FORM, url="https://elsewhere.example/"),
        signed_events.post_getstream(stream, "call.ended", "r", secret="another"),
        signed_events.post(telephony, b"CallSid=CA1", signed_events.FORM, {}),
        signed_events.post(stream, b"{}", "application/json", {"X-SIGNATURE": "\u00e9"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert {answer.json()["error"] for answer in answers} == {"bad_signature"}
    assert f"/v1/providers/{telephony.pk}/events" in answers[0].json()["message"]
    assert not ProviderEvent.objects.exists()


def test_a_signature_is_valid_for_its_own_connection_only(telephony, stream, account):
    """Two customers at one provider, each with a secret of their own."""
    other = upsert_connection(
        type(account).objects.create(name="other"), "twilio", {"account_sid": "AC9", "auth_token": "t9"}
    )
    own = f"https://x.example/v1/providers/{telephony.pk}/events"
    assert (
        signed_events.post_twilio(other, FORM, token=telephony.credentials()["auth_token"]).status_code == 403
    )
    assert signed_events.post_twilio(other, FORM, url=own).status_code == 403


BOMB = gzip.compress(b"0" * 64_000_000)


@pytest.mark.parametrize(
    ("body", "status"),
    [(BOMB, 403), (b"x" * (1024 * 1024 + 1), 413), (b"", 403), (b"\x1f\x8b", 403)],
    ids=["bomb", "big", "empty", "cut"],
)
def test_bodies_are_bounded(stream, body, status):
    assert (
        signed_events.post(stream, body, "application/json", {"X-SIGNATURE": "0" * 64}).status_code == status
    )


def test_a_zipped_event_of_more_than_4_mib_is_not_unpacked(stream):
    answer = signed_events.post_getstream(
        stream, "call.updated", "r", zipped=True, custom="x" * 4 * 1024 * 1024
    )
    assert (answer.status_code, answer.json()["error"]) == (403, "bad_signature")
    assert (
        signed_events.post_getstream(
            stream, "call.updated", "r", zipped=True, custom="x" * 4_000_000
        ).status_code
        == 200
    )


def test_a_signed_body_that_is_no_event_is_a_bad_request(telephony):
    answer = signed_events.post_twilio(telephony, {"Hello": "World"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_event")


def test_unknown_connections_and_unsupported_providers_are_not_found(telephony, account):
    assert signed_events.post(type(telephony)(), b"", signed_events.FORM, {}).status_code == 404
    former = Connection.objects.create(account=account, provider="unheard-of")
    assert signed_events.post(former, b"", signed_events.FORM, {}).status_code == 404


def test_a_connection_without_its_secret_answers_503(telephony):
    telephony.sealed_secrets = ""
    telephony.save()
    assert signed_events.post(telephony, b"", signed_events.FORM, {}).status_code == 503


def test_only_posts_are_allowed_and_keys_do_not_help(api, telephony):
    path = f"/v1/providers/{telephony.pk}/events"
    assert api("GET", path).status_code == 405
    assert api("POST", path, Idempotency_Key="k").status_code == 403


def test_the_connection_shows_its_events_url(api, telephony):
    shown = api("GET", f"/v1/connections/{telephony.pk}").json()
    assert shown["events_url"].endswith(f"/v1/providers/{telephony.pk}/events")
