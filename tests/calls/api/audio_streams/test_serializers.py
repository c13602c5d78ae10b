"""What a request for a stream means."""

import pytest

from calls.api.audio_streams.serializers import StartStreamRequest, fork_request

URL = "wss://bot.example.com/ws"


def read(**fields):
    serializer = StartStreamRequest(data={"service_url": URL} | fields)
    serializer.is_valid(raise_exception=True)
    return fork_request(serializer.validated_data)


def test_of_a_url_alone_the_rest_is_default():
    asked = read()
    assert (asked.service_url, asked.bidirectional, asked.track, asked.codec) == (URL, False, "both", None)
    assert (asked.max_seconds, asked.status_callback_url, asked.status_callback_method) == (None, "", "POST")


@pytest.mark.parametrize("name", sorted(set(StartStreamRequest().fields) - {"service_url"}))
def test_null_is_as_good_as_nothing(name):
    assert read(**{name: None}) == read()


def test_a_bidirectional_stream_forks_the_inbound_track():
    assert (
        read(bidirectional="true").track == read(bidirectional=True, audio_track="Inbound").track == "inbound"
    )


def test_equal_requests_of_one_client_have_one_digest():
    assert read(bidirectional=True).digest("key:1") == read(bidirectional="true").digest("key:1")
    assert read().digest("key:1") != read().digest("key:2")
    assert read().digest("key:1") != read(stream_timeout=1).digest("key:1")
