"""Plivo's official Python package against the API: every operation of it that is served."""

import time

import pytest
from plivo.exceptions import AuthenticationError, ResourceNotFoundError, ValidationError

from calls.models import Call, MediaStream
from tests.support.factories import NUMBER
from tests.support.misbehaving_server import misbehaving_server, responds
from tests.support.plivo_sdk import plivo_client

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(live_server, forks):
    with plivo_client(live_server.url, forks.account.auth_id, forks.api.token) as client:
        yield client


@pytest.fixture
def call(forks) -> str:
    return str(forks.dial().pk)


def test_starts_reads_and_stops_a_stream(client, forks, call):
    made = client.calls.start_stream(
        call, service_url=forks.bot_url, bidirectional=True, audio_track="inbound", stream_timeout=600,
        content_type="audio/x-l16;rate=16000", extra_headers="room:7",
    )  # fmt: skip
    assert made.message == "audio streaming started" and made.api_id
    shown = client.calls.get_details_of_specific_stream(call, made.stream_id)
    assert (shown.status, shown.bidirectional, shown.stream_timeout) == ("in-progress", True, 600)
    listed = client.calls.get_all_streams(call)
    assert [each.stream_id for each in listed.objects] == [made.stream_id]
    assert listed.meta.total_count == 1
    assert client.calls.delete_specific_stream(call, made.stream_id) is None
    assert forks.running() == []
    with pytest.raises(ResourceNotFoundError, match="Stream not found"):
        client.calls.delete_specific_stream(call, made.stream_id)


def test_stops_all_streams(client, forks, call):
    for number in range(2):
        client.calls.start_stream(call, service_url=f"{forks.bot_url}?n={number}")
    for _ in range(2):
        assert client.calls.delete_all_streams(call) is None
    assert forks.running() == []


def test_makes_looks_at_and_hangs_up_a_call(client, forks):
    made = client.calls.create(from_=NUMBER, to_="+14155550111", answer_url="https://app.example.com/a")
    assert made.message == "Call fired"
    assert client.live_calls.get(made.request_uuid).call_uuid == made.request_uuid
    assert made.request_uuid in client.live_calls.list_ids().calls
    assert client.queued_calls.list_ids().calls == []
    assert client.calls.hangup(made.request_uuid) is None
    assert Call.objects.get(pk=made.request_uuid).is_over
    assert client.calls.hangup(made.request_uuid) is None, "a call that has ended is hung up"


def test_shows_our_sentences(client, forks, call):
    with pytest.raises(ValidationError, match="inbound track"):
        client.calls.start_stream(call, service_url=forks.bot_url, bidirectional=True, audio_track="both")
    with pytest.raises(ResourceNotFoundError, match="Call not found"):
        client.calls.start_stream("nothing", service_url=forks.bot_url)


def test_a_wrong_token_is_its_authentication_error(live_server, forks, call):
    wrong = plivo_client(live_server.url, forks.account.auth_id, "wrong")
    with wrong as client, pytest.raises(AuthenticationError):
        client.calls.get_all_streams(call)


def test_its_retries_after_a_500_leave_one_stream(live_server, forks, call):
    """It asks three addresses; the first of them here is none of ours."""
    with misbehaving_server(responds("503 Service Unavailable")) as broken:
        keys = (forks.account.auth_id, forks.api.token)
        with plivo_client(live_server.url, *keys, first_url=broken) as client:
            made = client.calls.start_stream(call, service_url=forks.bot_url)
    assert [str(pk) for pk in MediaStream.objects.values_list("pk", flat=True)] == [made.stream_id]


def test_a_start_that_it_repeats_is_the_same_stream(client, forks, call):
    first, again = (client.calls.start_stream(call, service_url=forks.bot_url) for _ in range(2))
    assert first.stream_id == again.stream_id and len(forks.running()) == 1


@pytest.mark.parametrize("fault", ["timeout", "act_then_timeout"])
def test_a_provider_that_hangs_is_answered_before_it_gives_up(client, forks, call, fault):
    """Its own limit is five seconds."""
    made = client.calls.start_stream(call, service_url=forks.bot_url)
    forks.sandbox.add_fault("stop_stream", fault, times=3)
    began = time.monotonic()
    assert client.calls.delete_specific_stream(call, made.stream_id) is None
    assert time.monotonic() - began < 4.5
    stopped = MediaStream.objects.get(pk=made.stream_id)
    assert stopped.stop_requested_at is not None and not stopped.is_over
