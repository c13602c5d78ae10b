"""TwiML that Twilio could not read is refused before anybody is called."""

import pytest

from calls.api.telephony.twiml import complaint
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
