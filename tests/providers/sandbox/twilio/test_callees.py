"""The called numbers of the sandbox: what they do, as Twilio's resource and callbacks show it."""

from urllib.parse import parse_qsl

import pytest

from providers.base import LegOptions
from tests.support.webhook_listener import listener

__all__ = ["listener"]

FROM = "+14155550100"
BEGUN = ["initiated", "ringing"]


@pytest.mark.parametrize(
    ("to", "status", "called_back"),
    [
        ("+14155550111", "live", [*BEGUN, "in-progress"]),
        ("+14155550190", "ended", [*BEGUN, "busy"]),
        ("+14155550191", "ended", [*BEGUN, "no-answer"]),
        ("+14155550192", "ended", [*BEGUN, "failed"]),
        ("+14155550193", "ringing", BEGUN),
    ],
)
def test_a_callee_answers_or_does_not(twilio, listener, to, status, called_back):
    leg = twilio.make_call(to=to, from_=FROM, status_callback=listener.url)
    forms = [dict(parse_qsl(body.decode())) for _, _, body in listener.wait(len(called_back))]
    assert [form["CallStatus"] for form in forms] == called_back
    found = twilio.call_status(leg.id)
    assert found.status == status
    assert (found.answered_at is not None) == (status == "live")
    assert found.duration == (0 if status == "ended" else None)


@pytest.mark.parametrize(
    ("to", "mode", "answered_by"),
    [
        ("+14155550111", "enable", "human"),
        ("+14155550194", "enable", "machine_start"),
        ("+14155550194", "detect_message_end", "machine_end_beep"),
        ("+14155550195", "enable", "unknown"),
        ("+14155550196", "enable", "fax"),
        ("+14155550194", "", ""),
    ],
)
def test_who_answers_is_detected_on_request(twilio, listener, to, mode, answered_by):
    options = LegOptions(machine_detection=mode)
    leg = twilio.make_call(to=to, from_=FROM, status_callback=listener.url, options=options)
    forms = [dict(parse_qsl(body.decode())) for _, _, body in listener.wait(4 if mode else 3)]
    assert forms[-1].get("AnsweredBy", "") == answered_by
    assert twilio.call_status(leg.id).raw_answered_by == answered_by


def test_a_ringing_call_is_answered_on_request(twilio, sandbox, listener):
    leg = twilio.make_call(to="+14155550193", from_=FROM, status_callback=listener.url)
    listener.wait(2)
    sandbox.trigger(leg.id, "answered")
    assert b"in-progress" in listener.wait(3)[-1][2]
    assert twilio.call_status(leg.id).status == "live"
