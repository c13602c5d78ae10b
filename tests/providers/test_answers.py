"""The documents of answered calls: what the vendors' own packages write, and what the vendors do not take."""

from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from plivo import plivoxml
from twilio.twiml.voice_response import VoiceResponse

from providers.answers import (
    MAX_EXTRA_HEADERS,
    StreamAnswer,
    plivo_complaint,
    plivo_document,
    twiml_complaint,
    twiml_document,
    with_query,
)

URL = "wss://bot.example.com/phone"
ODD = {"customer": "Anna", "note": '<Hangup/> & "you"\n', "ümlaut": "größe, a=b"}


def elements(document):
    return [(e.tag, e.attrib, (e.text or "").strip()) for e in ElementTree.fromstring(document).iter()]


def test_twiml_is_what_twilios_package_writes():
    response = VoiceResponse()
    stream = response.connect().stream(url=URL, name="agent-1")
    for name, value in ODD.items():
        stream.parameter(name=name, value=value)
    ours = twiml_document(StreamAnswer(URL, "agent-1", parameters=ODD))
    assert elements(ours) == elements(str(response).replace("\n", "&#10;", 0))


def test_plivos_xml_is_what_plivos_package_writes():
    response = plivoxml.ResponseElement()
    element = plivoxml.StreamElement(
        f"{URL}?customer=Anna",
        bidirectional=True,
        keepCallAlive=True,
        audioTrack="inbound",
        contentType="audio/x-l16;rate=16000",
        streamTimeout=600,
        extraHeaders="customer=Anna",
    )
    response.add(element)
    answer = StreamAnswer(URL, "n", "x-l16", 16_000, 600, {"customer": "Anna"})
    assert elements(plivo_document(answer)) == elements(response.to_string())


def test_over_plivo_every_variable_is_in_the_query_and_plain_ones_are_headers():
    (stream,) = ElementTree.fromstring(plivo_document(StreamAnswer(URL, "n", parameters=ODD)))
    assert parse_qs(urlsplit(stream.text).query) == {name: [value] for name, value in ODD.items()}
    assert stream.attrib["extraHeaders"] == "customer=Anna"


def test_extra_headers_are_as_many_as_fit():
    many = {f"name{n}": "x" * 40 for n in range(30)}
    (stream,) = ElementTree.fromstring(plivo_document(StreamAnswer(URL, "n", parameters=many)))
    assert MAX_EXTRA_HEADERS - 50 < len(stream.attrib["extraHeaders"]) <= MAX_EXTRA_HEADERS
    assert len(parse_qs(urlsplit(stream.text).query)) == 30


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (StreamAnswer(URL, "n"), ""),
        (StreamAnswer(URL, "n", "x-l16"), "x-mulaw"),
        (StreamAnswer(f"{URL}?a=b", "n"), "no query"),
        (StreamAnswer(URL, "n", parameters={"long": "x" * 497}), "long is longer"),
        (StreamAnswer(URL, "n", parameters={"long": "x" * 496}), ""),
    ],
)
def test_twilio_takes_no_other_codec_no_query_and_short_parameters(answer, wrong):
    assert wrong in twiml_complaint(answer) and bool(wrong) == bool(twiml_complaint(answer))


def test_plivo_takes_any_codec_and_addresses_of_some_length():
    assert plivo_complaint(StreamAnswer(f"{URL}?a=b", "n", "x-l16", 16_000)) == ""
    assert "longer" in plivo_complaint(StreamAnswer(URL, "n", parameters={"a": "x" * 2000}))


def test_a_value_cannot_take_the_place_of_one_in_the_url():
    assert with_query("https://x.example/a?tenant=1", {"tenant": "2", "b": "&c=3"}) == (
        "https://x.example/a?tenant=1&b=%26c%3D3"
    )
    assert with_query("https://x.example/a?tenant=", {"tenant": "2"}) == "https://x.example/a?tenant="
