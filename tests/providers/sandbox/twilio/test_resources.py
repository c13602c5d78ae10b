"""Twilio's resources, as the adapter's own parser reads them."""

import time

from multidict import MultiDict

from providers.sandbox.twilio.resources import new_call, public, recording_resource
from providers.twilio.wire import is_ready, read_leg, read_recording


def test_a_new_call_rings_and_hides_its_internal_fields():
    form = MultiDict({"To": "+14155550111", "From": "+14155550100", "TimeLimit": "60"})
    call = new_call("CA1", "AC1", form, "http://x.example")
    leg = read_leg(public(call))
    assert (leg.id, leg.status, leg.ended_at) == ("CA1", "ringing", None)
    assert call["_events"] == ["completed"] and not any(name.startswith("_") for name in public(call))


def test_a_recording_belongs_to_its_call():
    file = {"name": "f", "made": time.time(), "seconds": 60, "status": "completed"}
    resource = recording_resource(file, "AC1", "CA1")
    assert is_ready(resource) and resource["call_sid"] == "CA1"
    recording = read_recording(resource, "https://x.example/Recordings")
    assert (recording.url, recording.duration) == ("https://x.example/Recordings/REf", 60)
