"""Refusals before the provider is asked; what follows then is in tests/calls/api/audio_streams."""

import pytest

from calls.exceptions import CallStateError
from calls.lifecycle.end import end
from calls.models import MediaStream
from calls.streams.exceptions import ForkRefused
from calls.streams.fork import ForkRequest, _codec, start_fork
from liveplatform.accounts.connections import upsert_connection
from providers.errors import NotConfigured
from tests.support.factories import phone_call, video_call

pytestmark = pytest.mark.django_db
ASKED = ForkRequest("wss://bot.example.com/ws")


def refused(call, error, asked=ASKED) -> str:
    with pytest.raises(error) as raised:
        start_fork(call, asked, actor="test")
    assert not MediaStream.objects.exists()
    return str(raised.value)


def test_of_a_call_that_is_over_there_is_none(account):
    call = phone_call(account)
    end(call.pk, account_id=account.pk, actor="test")
    call.refresh_from_db()
    assert "ended" in refused(call, CallStateError)


def test_of_a_call_that_is_not_placed_there_is_none(account):
    assert "not been placed" in refused(phone_call(account, provider_call_id=""), ForkRefused)


def test_of_a_call_without_its_connection_there_is_none(account):
    refused(phone_call(account, connection=None), NotConfigured)


def test_of_a_provider_that_forks_nothing_there_is_none(account):
    given = {"api_key": "k", "api_secret": "s" * 32}
    video = upsert_connection(account, "getstream", given, base_url="http://127.0.0.1:9")
    call = video_call(account, connection=video, provider_call_id="default:x")
    assert "getstream cannot be streamed" in refused(call, ForkRefused)


def test_twilio_is_asked_for_the_codec_that_it_has(account):
    connection = phone_call(account).connection
    assert _codec(connection, ASKED, 60) == ("x-mulaw", 8000)


@pytest.mark.parametrize("fields", [{"bidirectional": True, "track": "inbound"}, {"codec": ("x-l16", 16000)}])
def test_what_its_provider_cannot_do_is_refused_with_the_reason(account, fields):
    asked = ForkRequest(ASKED.service_url, **fields)
    assert "Twilio" in refused(phone_call(account), ForkRefused, asked)
