"""Twilio's callbacks: Twilio's own package accepts their signatures."""

from urllib.parse import parse_qsl

import requests
from django.http import QueryDict
from twilio.request_validator import RequestValidator

from providers.base import LegOptions
from tests.support.sandbox import SECRET
from tests.support.webhook_listener import listener

__all__ = ["listener"]

NUMBERS = {"to": "+14155550111", "from_": "+14155550100"}


def test_twilios_own_package_accepts_the_signatures(twilio, sandbox, listener):
    call = twilio.make_call(**NUMBERS, status_callback=listener.url, options=LegOptions(record=True))
    listener.wait(3)
    twilio.end_call(call.id)
    listener.wait(4)
    sandbox.trigger(call.id, "recorded", seconds=7)
    for path, headers, body in listener.wait(5):
        url, form = listener.url.partition("/hook")[0] + path, QueryDict(body)
        assert RequestValidator(SECRET).validate(url, form, headers["x-twilio-signature"])
        assert form["CallSid"] == call.id
    forms = [dict(parse_qsl(body.decode())) for _, _, body in listener.requests]
    assert [form.get("SequenceNumber") for form in forms] == ["0", "1", "2", "3", None]
    assert [form.get("CallStatus") for form in forms[:4]] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert (forms[4]["RecordingStatus"], forms[4]["RecordingDuration"]) == ("completed", "7")


def test_only_requested_events_are_sent(twilio, sandbox, listener, sandbox_url, account_sid):
    twilio.end_call(twilio.make_call(**NUMBERS).id)
    form = {"To": "+14155550111", "From": "+14155550100", "Twiml": "<R/>", "StatusCallback": listener.url}
    path = f"{sandbox_url}/2010-04-01/Accounts/{account_sid}/Calls.json"
    sid = requests.post(path, form, auth=(account_sid, SECRET), timeout=5).json()["sid"]
    sandbox.trigger(sid, "busy")
    assert listener.statuses(1) == ["busy"], "the end only, by default"
