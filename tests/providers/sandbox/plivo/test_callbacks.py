"""Callbacks of Plivo and Vobiz: Plivo's own package accepts their signatures, and our adapter reads them."""

import uuid
from urllib.parse import parse_qsl

import pytest
from plivo.utils import validate_signature, validate_v3_signature

from providers.base import LegOptions
from providers.streams import AudioFork, StreamRef
from tests.support.sandbox import SECRET
from tests.support.webhook_listener import listener

__all__ = ["listener"]

NUMBERS = {"to": "+14155550111", "from_": "+14155550100"}
URL = "http://127.0.0.1:9/answer"


@pytest.fixture(params=["plivo", "vobiz"])
def adapter(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def call_id(adapter):
    return adapter.make_call(**NUMBERS, url=URL).id


def fork(listener, **fields):
    """To an address of somebody else, which the sandbox does not dial."""
    return AudioFork(
        **{"name": uuid.uuid4().hex, "service_url": "wss://bot.example/ws"} | fields,
        status_callback=listener.url,
    )


def forms(listener, count):
    return [dict(parse_qsl(body.decode(), keep_blank_values=True)) for _, _, body in listener.wait(count)]


def test_plivos_own_package_accepts_the_signatures(adapter, listener, call_id):
    adapter.start_fork(call_id, fork(listener))
    ((path, headers, body),) = listener.wait(1)
    url, form = (
        listener.url.partition("/hook")[0] + path,
        dict(parse_qsl(body.decode(), keep_blank_values=True)),
    )
    name = f"x-{adapter.provider}-signature"
    v2, v3 = headers[f"{name}-v2"], headers[f"{name}-v3"]
    assert validate_signature(url, headers[f"{name}-v2-nonce"], v2, SECRET)
    signs_form = adapter.provider == "plivo"
    signed_url, signed_form = (url, form) if signs_form else (url.partition("?")[0], {})
    assert validate_v3_signature("POST", signed_url, headers[f"{name}-v3-nonce"], SECRET, v3, signed_form)
    read = adapter.read_event(url, headers, body)
    assert (read.kind, read.stream.happening, read.call_ref) == ("stream", "started", "c1")


def test_a_calls_ring_and_hang_up_are_called_back(adapter, listener):
    call_id = adapter.make_call(**NUMBERS, url=URL, status_callback=listener.url).id
    listener.wait(1)
    adapter.end_call(call_id)
    rung, hung_up = forms(listener, 2)
    assert (rung["Event"], rung["CallStatus"], rung["CallUUID"]) == ("Ring", "ringing", call_id)
    assert (hung_up["Event"], hung_up["CallStatus"]) == ("Hangup", "completed")
    assert hung_up["HangupSource"] == "API Request"


def test_only_a_stop_by_the_api_is_told_as_a_stop(adapter, sandbox, listener, call_id):
    first = adapter.start_fork(call_id, fork(listener))
    adapter.start_fork(call_id, fork(listener, service_url="wss://other.example/ws"))
    listener.wait(2)
    adapter.stop_fork(StreamRef(call_id, id=first.id))
    assert forms(listener, 3)[2]["Event"] == "StopStream"
    adapter.end_call(call_id)
    listener.wait(3)


@pytest.mark.parametrize(
    ("what", "event", "error"),
    [
        ("dropped", "DroppedStream", "connection disconnected with the remote service"),
        ("degraded", "DegradedStream", "connection degraded"),
        ("stopped", "StopStream", ""),
    ],
)
def test_what_is_made_happen_to_a_stream_is_called_back(
    adapter, sandbox, listener, call_id, what, event, error
):
    started = adapter.start_fork(call_id, fork(listener))
    listener.wait(1)
    sandbox.trigger(started.id, what)
    told = forms(listener, 2)[1]
    assert (told["Event"], told["Error"], told["StreamID"]) == (event, error, started.id)
    is_live = started.id in sandbox.live_streams()[adapter.provider]
    assert is_live == (what == "degraded")
    assert adapter.forks(call_id)[0].status == {"dropped": "failed", "stopped": "stopped"}.get(what, "live")


def test_a_callback_is_tried_three_times(adapter, listener, call_id):
    listener.fail = 2
    adapter.start_fork(call_id, fork(listener))
    told = listener.wait(3)
    assert len({body for _, _, body in told}) == 1


def test_a_machine_that_answers_is_told(vobiz, listener):
    options = LegOptions(machine_detection="enable")
    vobiz.make_call(
        to="+14155550194", from_="+14155550100", url=URL, status_callback=listener.url, options=options
    )
    told = forms(listener, 2)[1]
    assert (told["Event"], told["Machine"]) == ("MachineDetection", "true")
