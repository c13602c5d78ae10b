"""The sandbox itself: what it writes down, how it is told to fail, and that one fault holds up nobody else."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from providers.errors import ProviderError
from providers.sandbox import faults as wire
from providers.sandbox.ledger import Ledger
from tests.environment import ROOT

CALLS = "/2010-04-01/Accounts/{}/Calls.json"
FORM = {"To": "+14155550111", "From": "+14155550100", "Twiml": "<Response/>"}


def own(url, method, path, **more):
    return requests.request(method, f"{url}/_sandbox{path}", timeout=5, **more)


def test_the_ledger_tells_what_had_an_effect_and_what_had_none(twilio, sandbox):
    call = twilio.make_call(to="+14155550111", from_="+14155550100")
    twilio.end_call(call.id)
    twilio.end_call(call.id)

    told = [(e["operation"], e["effect"], e["status"]) for e in sandbox.ledger(resource=call.id)]

    assert told == [
        ("create_call", True, 201),
        ("end_call", True, 200),
        ("end_call", False, 400),
        ("get_call", False, 200),
    ]
    numbers = [e["n"] for e in sandbox.ledger(resource=call.id)]
    assert numbers == sorted(set(numbers))
    assert sandbox.effects("end_call", call.id) == 1
    assert call.id not in sandbox.live()["twilio"]


def test_a_fault_hits_what_it_names_as_often_as_it_says(twilio, sandbox):
    one, other = (twilio.make_call(to="+14155550111", from_="+14155550100") for _ in range(2))
    sandbox.add_fault("end_call", "503", resource=one.id, times=2)

    assert [_end(twilio, one.id) for _ in range(3)] == ["UnknownOutcome", "UnknownOutcome", "ended"]
    assert _end(twilio, other.id) == "ended"
    assert [e["fault"] for e in sandbox.ledger(operation="end_call", resource=one.id)] == ["503", "503", ""]


def _end(adapter, call_id):
    try:
        return adapter.end_call(call_id).status
    except ProviderError as error:
        return type(error).__name__


def test_a_silent_request_holds_up_nobody_else(twilio, sandbox):
    silent, other = (twilio.make_call(to="+14155550111", from_="+14155550100") for _ in range(2))
    sandbox.add_fault("end_call", "timeout", resource=silent.id)
    waiting = threading.Thread(target=_end, args=(twilio, silent.id))
    waiting.start()
    began = time.monotonic()
    assert _end(twilio, other.id) == "ended"
    assert time.monotonic() - began < 0.5
    waiting.join()


def test_faults_are_listed_and_cleared(sandbox_url, sandbox):
    sandbox.add_fault("delete_room", "delay", delay_ms=5, times=None)
    (fault,) = own(sandbox_url, "GET", "/faults").json()
    assert (fault["operation"], fault["delay_ms"], fault["times"]) == ("delete_room", 5, None)
    assert own(sandbox_url, "DELETE", "/faults").status_code == 204
    assert own(sandbox_url, "GET", "/faults").json() == []


@pytest.mark.parametrize(
    "wish", [{}, {"fault": "earthquake"}, {"fault": "503", "times": "x"}, {"fault": "delay", "delay_ms": "x"}]
)
def test_a_fault_that_is_none_is_refused_and_breaks_nothing(sandbox_url, wish):
    assert own(sandbox_url, "POST", "/faults", json=wish).status_code == 400
    assert own(sandbox_url, "GET", "/healthz").json() == {"ok": True}


def test_the_first_token_of_an_account_is_its_token(sandbox_url, account_sid):
    url = sandbox_url + CALLS.format(account_sid)
    assert requests.post(url, FORM, auth=(account_sid, "one"), timeout=5).status_code == 201
    for wrong in ((account_sid, "two"), (account_sid, ""), ("AC0", "one"), None):
        answer = requests.post(url, FORM, auth=wrong, timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (401, 20003)
        assert set(answer.json()) == {"code", "message", "more_info", "status"}


def test_its_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(wire, "MAX_RESOURCES", 3)
    store: dict = {}
    for name in "abcde":
        wire.store_bounded(store, name, {})
    assert list(store) == ["c", "d", "e"]
    assert Ledger().entries.maxlen


@pytest.mark.parametrize("command", [["-m", "providers.sandbox"], ["manage.py", "sandbox"]])
def test_it_says_where_it_is_and_stops_when_told(command):
    process = subprocess.Popen(
        [sys.executable, *command, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(ROOT),
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    address = process.stdout.readline().split()[-1]
    assert own(address, "GET", "/healthz").status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
