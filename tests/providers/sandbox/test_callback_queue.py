"""The vendors' events: signed as theirs are, and delivered in the way that a test asks for."""

import time

NUMBERS = {"to": "+14155550111", "from_": "+14155550100"}


def test_stream_tries_again_under_the_same_id(room, listener, sandbox):
    listener.fail = 2
    sandbox.trigger(room.id, "deleted")
    requests = listener.wait(3)
    assert [headers["x-webhook-attempt"] for _, headers, _ in requests] == ["1", "2", "3"]
    assert len({headers["x-webhook-id"] for _, headers, _ in requests}) == 1


def test_events_are_duplicated_reversed_delayed_and_held(twilio, listener, sandbox):
    sandbox.set_delivery(copies=2, hold=True)
    call = twilio.make_call(**NUMBERS, status_callback=listener.url)
    time.sleep(0.1)
    assert not listener.requests
    assert sandbox.release(reverse=True) == 6
    assert listener.statuses(6) == ["in-progress"] * 2 + ["ringing"] * 2 + ["initiated"] * 2
    sandbox.set_delivery(delay_ms=300)
    began = time.monotonic()
    twilio.end_call(call.id)
    assert listener.statuses(7)[-1] == "completed"
    assert time.monotonic() - began > 0.3
