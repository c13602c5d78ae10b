"""What an agent may be: addresses where requests may go, TwiML that is XML, variables that XML can hold."""

import pytest
from django.core.exceptions import ValidationError

from calls.agents.validators import (
    validate_answer_url,
    validate_parameters,
    validate_twiml,
    validate_websocket_url,
    variables_complaint,
)


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = False


def refused(validate, value):
    try:
        validate(value)
    except ValidationError as error:
        return error.messages[0]
    return ""


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("https://agent.example.com/voice?tenant=1", ""),
        ("http://agent.example.com/voice", "https://"),
        ("wss://agent.example.com/voice", "https://"),
        ("https://10.0.0.1/voice", "internal"),
        ("https://user:word@agent.example.com/", "password"),
        ("https://agent", "full name"),
        ("x", "https://"),
    ],
)
def test_an_answer_url_is_a_public_https_url(url, wrong):
    said = refused(validate_answer_url, url)
    assert wrong in said and bool(wrong) == bool(said)


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("wss://bot.example.com/phone", ""),
        ("WSS://bot.example.com:8443/phone?a=b", ""),
        ("ws://bot.example.com/phone", "wss://"),
        ("https://bot.example.com/phone", "wss://"),
        ("wss://169.254.169.254/", "internal"),
        ("wss://localhost/", "internal"),
        ("wss:bot.example.com", "wss://"),
        ("wss://", "host"),
        ("", "wss://"),
    ],
)
def test_a_websocket_url_is_a_public_wss_url(url, wrong):
    said = refused(validate_websocket_url, url)
    assert wrong in said and bool(wrong) == bool(said)


def test_for_development_ws_and_this_machine_are_taken(settings):
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = True
    validate_websocket_url("ws://127.0.0.1:9000/bot")
    validate_answer_url("http://localhost:9000/voice")


def test_twiml_is_checked_as_that_of_a_call():
    validate_twiml("<Response><Say>{{name}}</Say></Response>")
    assert "root element" in refused(validate_twiml, "<Say/>")


@pytest.mark.parametrize(
    ("variables", "wrong"),
    [
        ({}, ""),
        ({"first_name": "Anna", "größe": "1,80\n"}, ""),
        ({f"n{n}": "" for n in range(51)}, "at most 50"),
        ({"two words": "x"}, "no spaces"),
        ({"": "x"}, "no spaces"),
        ({"{a}": "x"}, "braces"),
        ({"n" * 101: "x"}, "1 to 100"),
        ({"a": 1}, "must be text"),
        ({"a": None}, "must be text"),
        ({"a": "x" * 2001}, "longer than 2000"),
        ({"a": "\x07"}, "control characters"),
        ({"a": "\ufffe"}, "control characters"),
        ({"a": "\ud800"}, "control characters"),
        ({"a\x07": "x"}, "a?: leave out"),
    ],
)
def test_variables_are_texts_that_xml_can_hold(variables, wrong):
    said = variables_complaint(variables)
    assert wrong in said and bool(wrong) == bool(said)


def test_a_complaint_quotes_no_value():
    assert "secret" not in variables_complaint({"a": "secret\x00", "b": "x"})


@pytest.mark.parametrize("odd", [[], "x", 1, None])
def test_parameters_are_an_object(odd):
    assert "object" in refused(validate_parameters, odd)
