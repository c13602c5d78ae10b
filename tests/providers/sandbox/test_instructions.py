"""Instructions of calls: fetched from this machine, and the streams in them started."""

import time

import pytest
from django.http import QueryDict
from plivo.utils import validate_signature
from twilio.request_validator import RequestValidator

from providers.sandbox.instructions import is_loopback, parse
from tests.support.answer_server import answering
from tests.support.sandbox import SECRET

NUMBERS = {"to": "+14155550111", "from_": "+14155550100"}
VOBIZ = """<?xml version="1.0"?><Response><Stream bidirectional="true" audioTrack="inbound"
    contentType="audio/x-mulaw;rate=8000" extraHeaders="a=1">wss://bot.example/ws</Stream></Response>"""
TWILIO = """<Response><Start><Stream url="wss://bot.example/one" name="one" track="both_tracks"/></Start>
    <Connect><Stream url="wss://bot.example/two"><Parameter name="a" value="1"/></Stream></Connect></Response>"""


def started(sandbox, vendor, call_id, count):
    """The streams of a call, once there are so many."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        ids = sandbox.live_streams()[vendor]
        rows = [row for row in (sandbox.stream(each, vendor) for each in ids) if row["_call"] == call_id]
        if len(rows) >= count:
            return rows
        time.sleep(0.02)
    raise AssertionError(f"{count} streams of {call_id} were not started")


@pytest.mark.parametrize("name", ["vobiz", "plivo"])
def test_an_answered_call_starts_the_stream_of_its_answer(name, sandbox, request):
    adapter = request.getfixturevalue(name)
    with answering(VOBIZ) as (url, seen):
        call_id = adapter.make_call(**NUMBERS, url=url).id
        (row,) = started(sandbox, name, call_id, 1)
    assert (row["service_url"], row["bidirectional"], row["track"]) == (
        "wss://bot.example/ws",
        True,
        "inbound",
    )
    headers, body = seen[0]
    form = QueryDict(body)
    assert (form["Event"], form["CallStatus"], form["CallUUID"]) == ("StartApp", "in-progress", call_id)
    given = headers[f"x-{name}-signature-v2"], headers[f"x-{name}-signature-v2-nonce"]
    assert validate_signature(url, given[1], given[0], SECRET)
    assert [each.status for each in adapter.forks(call_id)] == ["live"]
    adapter.end_call(call_id)
    assert row["stream_id"] not in sandbox.live_streams()[name]


def test_twiml_starts_its_streams_and_connect_is_two_way(twilio, sandbox):
    call_id = twilio.make_call(**NUMBERS, twiml=TWILIO).id
    rows = started(sandbox, "twilio", call_id, 2)
    assert {row["_url"]: row["name"] == "one" for row in rows} == {
        "wss://bot.example/one": True,
        "wss://bot.example/two": False,
    }


def test_twiml_of_a_url_is_asked_for_with_twilios_signature(twilio, sandbox):
    with answering(TWILIO) as (url, seen):
        call_id = twilio.make_call(**NUMBERS, url=url).id
        started(sandbox, "twilio", call_id, 2)
    headers, body = seen[0]
    assert RequestValidator(SECRET).validate(url, QueryDict(body), headers["x-twilio-signature"])


def test_an_answer_that_is_none_starts_nothing(vobiz, sandbox):
    with answering("no XML") as (url, seen):
        call_id = vobiz.make_call(**NUMBERS, url=url).id
        while not seen:
            time.sleep(0.02)
    assert vobiz.forks(call_id) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000/a", True),
        ("http://localhost/a", True),
        ("http://[::1]/a", True),
        ("https://127.0.0.1/a", False),
        ("http://10.0.0.1/a", False),
        ("http://us.example/a", False),
        ("", False),
    ],
)
def test_only_this_machine_is_asked(url, expected):
    assert is_loopback(url) is expected


@pytest.mark.parametrize("document", ["", "text", "<Other/>", "<Response>"])
def test_what_is_no_document_of_instructions_is_none(document):
    assert parse(document) is None
