"""Published events fit the JSON Schemas that their types are registered with."""

from datetime import UTC, datetime

import orjson

from calls.events import EVENT_TYPES
from calls.lifecycle.end import end
from calls.models import Call, Operation, Step, Transcript
from calls.recordings import store
from liveplatform.webhooks import endpoint_events
from liveplatform.webhooks.event_types import event_types
from liveplatform.webhooks.models import Endpoint, Event
from providers.events import RecordingFile
from tests.support.draining import drain
from tests.support.event_schemas import errors
from tests.support.factories import phone_call, video_call

TURNS = [{"role": "customer", "text": "It is broken."}, {"role": "agent", "text": "I am sorry."}]


def published(account) -> list[str]:
    """The types of the account's events, each of which must fit its schema."""
    events = Event.objects.filter(account=account).order_by("created_at", "sequence")
    for event in events:
        assert errors(event.type, orjson.loads(event.body)) == [], event.type
    return [event.type for event in events]


def test_all_types_of_this_app_are_registered():
    assert {event_type.name for event_type in EVENT_TYPES} <= set(event_types())


def test_the_events_of_an_ended_and_processed_call(account):
    call = phone_call(account, provider_call_id="", metadata={"ticket": 4711})
    Transcript.objects.create(call=call, turns=TURNS)
    end(call.pk, account_id=account.pk, actor="test")
    for _ in range(3):
        drain(Step)
    assert published(account) == ["call.ended", "call.analyzed", "call.processed"]
    Step.objects.get(call=call, kind="clean_up").restart()
    drain(Step)
    assert published(account)[-1] == "call.updated"


def test_the_event_of_a_recording(account):
    began, ended = datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 20, 11, tzinfo=UTC)
    store.upsert(
        video_call(account), RecordingFile("one", "https://files.example/1", began, ended, 3600, None)
    )
    assert published(account) == ["call.recording_ready"]


def test_the_event_of_a_bulk_operation(api):
    phone_call(api.account, provider_call_id="")
    assert api("POST", "/v1/calls/bulk-end", {"filter": {"status": "live"}}).status_code == 202
    drain(Operation)
    assert "operation.finished" in published(api.account)
    assert not Call.objects.filter(account=api.account, ended_at=None).exists()


def test_the_event_of_an_endpoint(account):
    endpoint = Endpoint(account=account, url="https://hooks.example.com/", description="CRM")
    endpoint.new_secret()
    endpoint.save()
    endpoint_events.send_test(endpoint)
    assert published(account) == ["endpoint.test"]
