"""Fields that read what these vendors' clients send."""

import pytest
from rest_framework.serializers import ValidationError

from calls.api.audio_streams import fields


@pytest.mark.parametrize("said", ["+1415", 1415, "1415"])
def test_a_number_is_text_too(said):
    assert fields.TextField().run_validation(said) == str(said)


@pytest.mark.parametrize("said", [True, 1.5, [], {}])
def test_other_things_are_not(said):
    with pytest.raises(ValidationError):
        fields.TextField().run_validation(said)


def test_words_are_known_in_any_case():
    field = fields.WordField(("POST", "GET"))
    assert field.run_validation("get") == "GET"
    with pytest.raises(ValidationError, match="POST or GET"):
        field.run_validation("PUT")


@pytest.mark.parametrize(("said", "meant"), [("TRUE", True), (" false ", False), (True, True), (0, False)])
def test_a_switch_is_a_boolean_or_text(said, meant):
    assert fields.SwitchField().run_validation(said) is meant


@pytest.mark.parametrize("said", ["perhaps", [], {}, 2])
def test_a_switch_is_nothing_else(said):
    with pytest.raises(ValidationError):
        fields.SwitchField().run_validation(said)


@pytest.mark.parametrize(
    ("said", "codec"),
    [
        ("audio/x-l16;rate=8000", ("x-l16", 8000)),
        ("Audio/X-L16; rate=16000", ("x-l16", 16000)),
        ("audio/x-mulaw", ("x-mulaw", 8000)),
    ],
)
def test_reads_a_codec(said, codec):
    assert fields.CodecField().run_validation(said) == codec


def test_names_the_codecs_there_are():
    with pytest.raises(ValidationError, match="audio/x-mulaw;rate=8000"):
        fields.CodecField().run_validation("audio/opus")


@pytest.mark.parametrize(
    "said", ["a:1,b:2", "a=1, b=2", "a:1,,b=2,", {"a": 1, "b": "2"}], ids=["REST", "XML", "both", "JSON"]
)
def test_reads_headers(said):
    assert fields.ExtraHeadersField().run_validation(said) == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    "said", ["a", "a:", ":1", "a b:1", "a:1;b:2", "ä:1", {"a": {"b": 1}}, [1], "a:" + "1" * 511]
)
def test_refuses_headers_that_would_be_lost(said):
    with pytest.raises(ValidationError):
        fields.ExtraHeadersField().run_validation(said)


@pytest.mark.parametrize("url", ["wss://bot.example.com/ws?a=1", "WSS://bot.example.com"])
def test_takes_public_websockets(url):
    assert fields.WebSocketUrlField().run_validation(url) == url


@pytest.mark.parametrize(
    "url", ["ws://bot.example.com", "https://bot.example.com", "wss://127.0.0.1/", "wss:", "bot"]
)
def test_takes_no_others(url, settings):
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = False
    with pytest.raises(ValidationError):
        fields.WebSocketUrlField().run_validation(url)
