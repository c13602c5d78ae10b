"""The address that a provider gets for the events of a call."""

from calls.provider_events.callback_urls import callback_url
from tests.support.factories import phone_call, video_call


def test_the_address_names_connection_and_call(account, settings):
    settings.PUBLIC_URL = "https://calls.example.com"
    call = phone_call(account)
    path = f"/v1/providers/{call.connection_id}/events?call={call.pk}"
    assert callback_url(call) == f"https://calls.example.com{path}"


def test_a_provider_elsewhere_gets_no_loopback_address(account, settings):
    call = phone_call(account)
    for url in ("http://127.0.0.1:8000", "http://localhost:8000"):
        settings.PUBLIC_URL = url
        assert callback_url(call)  # the sandbox is on this machine too
        call.connection.base_url = "https://api.twilio.com"
        assert callback_url(call) == ""
        call.connection.base_url = "http://127.0.0.1:9"


def test_a_call_without_a_connection_has_none(account):
    assert callback_url(video_call(account)) == ""
