"""Faults: which requests they hit, how often, and that one request held up delays no other."""

import threading
import time

import pytest

from providers.errors import ProviderError
from tests.support.sandbox import control


def test_a_fault_hits_its_resource_so_many_times(twilio, sandbox):
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


def test_a_request_that_times_out_delays_no_other(twilio, sandbox):
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
    (fault,) = control(sandbox_url, "GET", "/faults").json()
    assert (fault["operation"], fault["delay_ms"], fault["times"]) == ("delete_room", 5, None)
    assert control(sandbox_url, "DELETE", "/faults").status_code == 204
    assert control(sandbox_url, "GET", "/faults").json() == []


@pytest.mark.parametrize(
    "request_body",
    [{}, {"fault": "earthquake"}, {"fault": "503", "times": "x"}, {"fault": "delay", "delay_ms": "x"}],
)
def test_an_invalid_fault_is_refused(sandbox_url, request_body):
    assert control(sandbox_url, "POST", "/faults", json=request_body).status_code == 400
    assert control(sandbox_url, "GET", "/healthz").json() == {"ok": True}
