"""TwiML that Twilio could not read is refused before anybody is called."""

from xml.etree import ElementTree

import pytest

from calls.agents.twiml import complaint, filled, names_in
from calls.models import Call

BOMB = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><Response>&b;</Response>'


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        ("<Response/>", ""),
        ('\n<?xml version="1.0" encoding="UTF-8"?>\n<Response><Say>Grüß Gott</Say></Response>\n', ""),
        ("<x", "not XML"),
        ("hello", "not XML"),
        ("<Response/><Response/>", "not XML"),
        ("<response/>", "root element"),
        ("<Say>Hello</Say>", "root element"),
        (BOMB, "document type"),
    ],
)
def test_twiml_is_xml_with_the_root_response(document, wrong):
    assert wrong in complaint(document) and bool(wrong) == bool(complaint(document))


def test_a_call_with_broken_twiml_is_not_dialled(api, line):
    before = Call.objects.count()
    body = {"call_from": "+14155550100", "call_to": "+14155550111", "twiml": "hello"}
    answer = api("POST", "/calls/make-call", body)
    assert answer.status_code == 400 and "not XML" in answer.content.decode()
    assert Call.objects.count() == before


@pytest.mark.parametrize(
    ("document", "values", "text"),
    [
        ("<Response><Say>Hello {{name}}.</Say></Response>", {"name": "Ann"}, "Hello Ann."),
        ("<Response><Say>{{ name }}{{name}}</Say></Response>", {"name": "Ü"}, "ÜÜ"),
        ("<Response><Say>{{a}}</Say></Response>", {"a": "{{b}}", "b": "no"}, "{{b}}"),
        ("<Response><Say>{{a}}</Say></Response>", {"a": "</Say><Hangup/><Say>"}, "</Say><Hangup/><Say>"),
        ("<Response><Say>{{a}}</Say></Response>", {"a": "]]>&amp;'\""}, "]]>&amp;'\""),
        ("<Response><Say>{{two words}} {{}}</Say></Response>", {"two": "x"}, "{{two words}} {{}}"),
        ("<Response><Say>{{unknown}}!</Say></Response>", {}, "!"),
    ],
)
def test_a_variable_is_text_and_never_an_element(document, values, text):
    (say,) = ElementTree.fromstring(filled(document, values))
    assert (say.text, list(say)) == (text, [])


def test_a_variable_cannot_leave_its_attribute():
    document = filled('<Response><Say voice="{{v}}"/></Response>', {"v": 'a" onclick="b\'<'})
    (say,) = ElementTree.fromstring(document)
    assert say.attrib == {"voice": 'a" onclick="b\'<'}


def test_the_names_in_a_document_are_known():
    assert names_in("<Response>{{b}} {{ a }} {{b}} {{not this}}</Response>") == ["b", "a"]
