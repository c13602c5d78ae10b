"""Resources as the adapters' own parsers read them."""

import time
import uuid

from providers.plivo.wire import read_live, read_record, read_stream
from providers.sandbox.plivo.resources import live_call, new_call, record, stream_resource, zoned
from providers.sandbox.vobiz.resources import call_record, page_of
from providers.sandbox.vobiz.resources import stream_resource as of_vobiz
from providers.vobiz.wire import read_record as read_cdr

NUMBERS = {"from": "+14155550100", "to": "+14155550111"}


def call(status="in-progress", **fields):
    return new_call("MA1", NUMBERS) | {"status": status} | fields


def stream(**fields):
    now = time.time()
    row = {
        "stream_id": "s1",
        "account": "MA1",
        "_call": "c1",
        "_live": True,
        "_began": now - 90,
        "_ended": None,
    }
    row |= {"track": "both", "bidirectional": False, "content_type": "audio/x-l16;rate=16000"}
    row |= {"service_url": "wss://b.example", "status": "in-progress", "stream_timeout": 60}
    return row | {"status_callback_url": "", "status_callback_method": "POST"} | fields


def test_a_live_call_is_read_back():
    made = call()
    assert read_live(live_call(made), made["call_uuid"], "Plivo").status == "live"


def test_a_record_is_billed_by_begun_minutes():
    now = time.time()
    ended = call("completed", _answered=now - 61, _ended=now)
    plivo, vobiz = read_record(record(ended, "/v1/Account"), "Plivo"), read_cdr(call_record(ended, []))
    assert (plivo.duration, plivo.cost, plivo.price_unit) == (61, "0.00600", "USD")
    assert (vobiz.duration, vobiz.cost, vobiz.price_unit) == (61, "0.9", "INR")


def test_streams_are_part_of_what_a_call_costs():
    now = time.time()
    ended = call("completed", _answered=now - 61, _ended=now)
    forked = stream(_live=False, _ended=now)
    assert read_cdr(call_record(ended, [forked])).cost == "1.3"


def test_an_unanswered_call_costs_nothing():
    busy = call("busy", _ended=time.time())
    for leg in (read_record(record(busy, "/v1/Account"), "Plivo"), read_cdr(call_record(busy, []))):
        assert (leg.raw_status, leg.duration, leg.answered_at) == ("busy", 0, None)
        assert float(leg.cost) == 0


def test_a_stream_is_billed_by_plivo_in_its_resource():
    over = stream(_live=False, status="completed", _began=1000.0, _ended=1090.5)
    found = read_stream(stream_resource(over, "/v1/Account"), "Plivo")
    assert (found.status, found.seconds, found.cost) == ("stopped", 90, "0.00600")
    assert read_stream(of_vobiz(over, "/api/v1/Account"), "Vobiz").seconds is None
    assert of_vobiz(over, "/api/v1/Account")["sampling_rate"] == 16000


def test_pages():
    assert page_of(range(5), 2, 4) == {"page": 3, "per_page": 2, "total": 5, "objects": [4]}
    assert zoned(None) is None and uuid.UUID(call()["call_uuid"])
