"""Published events fit the JSON Schemas that their types are registered with."""

from datetime import UTC, datetime

import orjson

from calls.call_events import details
from calls.events import EVENT_TYPES
from calls.lifecycle.end import end
from calls.lifecycle.end_strict import end_strictly
from calls.models import Call, Operation, Recording, Step, Transcript
from calls.recordings import store
from liveplatform.db.uuid7 import uuid7
from liveplatform.json_codec import dumps
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


def bodies(call) -> dict:
    """The data of the events of a call by type."""
    found = Event.objects.filter(subject_id=call.pk).order_by("sequence")
    return {event.type: orjson.loads(event.body)["data"] for event in found}


def test_analyzed_and_processed_hold_the_transcript_the_analysis_and_the_recordings(account):
    call = phone_call(account, provider_call_id="", campaign_id=uuid7(), cost="0.0085", notes="ring twice")
    Transcript.objects.create(call=call, turns=TURNS, language="en")
    recording = Recording.objects.create(call=call, provider_id="RE1", url="https://files.example/1")
    end(call.pk, account_id=account.pk, actor="test")
    for _ in range(3):
        drain(Step)
    found = bodies(call)
    for data in found.values():
        assert [file["id"] for file in data["recordings"]] == [recording.provider_id]
        assert (data["call"]["cost"], data["call"]["notes"]) == (0.0085, "ring twice")
        assert data["call"]["campaign_id"] == str(call.campaign_id)
    for data in (found["call.analyzed"], found["call.processed"]):
        assert data["transcript"] == {"turns": TURNS, "language": "en"}
        assert data["analysis"]["metrics"]["turns"] == {"total": 2, "customer": 1, "agent": 1}
        assert data["call"]["sentiment"] == data["analysis"]["sentiment"]["label"]
        assert data["omitted"] == []
    call.refresh_from_db()
    assert found["call.processed"]["call"]["updated_at"] == orjson.loads(dumps(call.updated_at))


def test_parts_that_are_too_long_are_left_out_and_the_event_says_so(account, settings, monkeypatch):
    settings.PUBLIC_URL = "https://live.example"
    monkeypatch.setattr(details, "MAX_PART_BYTES", 4000)
    call = phone_call(account, provider_call_id="")
    Transcript.objects.create(call=call, turns=[{"role": "customer", "text": "no"} for _ in range(200)])
    end(call.pk, account_id=account.pk, actor="test")
    for _ in range(3):
        drain(Step)
    assert published(account) == ["call.ended", "call.analyzed", "call.processed"]
    for data in (bodies(call)["call.analyzed"], bodies(call)["call.processed"]):
        assert data["transcript"] is None
        transcript, sentiments = data["omitted"]
        assert (transcript["field"], sentiments["field"]) == ("transcript", "analysis.sentiment.turns")
        assert min(transcript["bytes"], sentiments["bytes"]) > 4000
        assert transcript["url"] == f"https://live.example/v1/calls/{call.pk}/transcript"
        assert sentiments["url"] == f"https://live.example/v1/calls/{call.pk}/analysis"
        assert data["analysis"]["sentiment"]["turns"] == []
        assert data["analysis"]["sentiment"]["label"] == data["call"]["sentiment"]
        assert data["analysis"]["metrics"]["turns"]["total"] == 200


def test_call_ended_has_the_confirmation_that_a_strict_end_waited_for(line):
    call = line.open()
    ended = end_strictly(call.pk, account_id=call.account_id, actor="key:1")
    shown = bodies(call)["call.ended"]["call"]
    assert (shown["status"], shown["provider"]["state"]) == ("ended", "ended")
    assert shown["provider"]["confirmed_at"] == orjson.loads(dumps(ended.provider_confirmed_at))
    assert shown["provider"]["ended_at"] is not None
    assert published(line.account)[-1] == "call.ended"


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
