"""A call that has ended is recorded whole in one request; nothing is asked of its provider."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.models import Analysis, Call, CallMonitor, Recording, Step
from liveplatform.webhooks.models import Event
from tests.support.concurrency import at_once
from tests.support.draining import drain
from tests.support.factories import NUMBER

SID = "CA" + "7" * 32
WHOLE = {
    "call_from": NUMBER,
    "call_to": "+14155550123",
    "call_sid": SID,
    "started_at": "2026-11-20T10:00:00Z",
    "answered_at": "2026-11-20T10:00:07Z",
    "ended_at": "2026-11-20T10:02:07+00:00",
    "call_status": "completed",
    "disconnect_reason": "The customer hung up",
    "cost": "0.0130",
    "price_unit": "USD",
    "call_rating": 4,
    "transcript_object": {
        "turns": [
            {"role": "customer", "text": "It is broken again.", "start_ms": 0, "end_ms": 900},
            {"role": "agent", "text": "I am sorry.", "start_ms": 1400, "end_ms": 2000},
        ]
    },
    "transcript_language": "en",
    "recordings": [{"id": "RE1", "url": "https://files.example/RE1", "duration": 119}],
}


def recorded(api, **values) -> dict:
    answer = api("POST", "/calls", WHOLE | values)
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def types(call) -> list[str]:
    events = Event.objects.filter(subject_id=call["id"]).order_by("sequence")
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    return [event.type for event in events]


def test_a_past_call_is_stored_processed_and_published_without_its_provider(api, line, sandbox):
    sandbox.reset()
    call = recorded(api)
    assert (call["call_status"], call["call_duration"], call["cost"]) == ("completed", 120, 0.013)
    assert (call["ended_at"], call["disconnect_reason"]) == ("2026-11-20T10:02:07Z", "The customer hung up")
    assert (call["record_url"], call["call_rating"]) == ("https://files.example/RE1", 4)
    assert types(call) == ["call.created", "call.ended", "call.recording_ready"]
    for _ in range(3):
        drain(Step)
    assert types(call)[3:] == ["call.analyzed", "call.processed"]
    kept = Call.objects.get(pk=call["id"])
    assert (kept.end_code, kept.provider_state, kept.may_still_be_billed) == (
        "ended_at_provider",
        "ended",
        False,
    )
    assert kept.answered_at == datetime(2026, 11, 20, 10, 0, 7, tzinfo=UTC)
    assert kept.sentiment and Analysis.objects.filter(call=kept).exists()
    states = dict(Step.objects.filter(call=kept).values_list("kind", "state"))
    assert states == {"terminate": "skipped", "clean_up": "skipped", "analyse": "done", "notify": "done"}
    assert not CallMonitor.objects.filter(call=kept).exists()
    assert sandbox.ledger(resource=SID) == [], "the provider was not asked"


@pytest.mark.django_db(transaction=True)
def test_one_provider_call_is_recorded_once_however_often_it_is_sent(api):
    at_once(4, lambda _: recorded(api))
    (call,) = Call.objects.filter(account=api.account)
    ids = [call.pk]
    assert types({"id": call.pk}) == ["call.created", "call.ended", "call.recording_ready"]
    assert recorded(api, disconnect_reason="another")["disconnect_reason"] == "The customer hung up"
    assert Recording.objects.filter(call__in=ids).count() == 1


def test_a_call_that_nobody_answered_has_no_start(api):
    call = recorded(
        api, answered_at=None, call_status="busy", cost=None, transcript_object=None, recordings=None
    )
    kept = Call.objects.get(pk=call["id"])
    assert (call["call_status"], kept.end_code, kept.started_at, kept.answered_at) == (
        "busy",
        "busy",
        None,
        None,
    )
    assert kept.duration == 0


def test_a_call_on_record_as_live_is_not_ended_by_its_registration(api, line):
    live = api("POST", "/calls", {name: WHOLE[name] for name in ("call_from", "call_to", "call_sid")})
    answer = api("POST", "/calls", WHOLE)
    assert (answer.status_code, live.json()["data"]["id"] in answer.json()["message"]) == (412, True)
    assert Call.objects.get(provider_call_id=SID).status == "live"


LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"ended_at": "2026-11-20T09:59:00Z"}, "ended_at"),
        ({"answered_at": "2026-11-20T09:59:00Z"}, "answered_at"),
        ({"ended_at": LATER}, "ended_at"),
        ({"started_at": "1920-01-01T00:00:00Z"}, "started_at"),
        ({"ended_at": None}, "call_status"),
        ({"call_duration": 500}, "call_duration"),
        ({"call_duration": -1}, "call_duration"),
        ({"call_status": "no-answer"}, "call_status"),
        ({"call_status": "in-progress"}, "call_status"),
        ({"cost": "-1"}, "cost"),
        ({"cost": "1e400"}, "cost"),
        ({"price_unit": "dollars"}, "price_unit"),
        ({"transcript_object": {"turns": [{"role": "nobody"}]}}, "transcript_object"),
        ({"transcript_object": []}, "transcript_object"),
        ({"recordings": [{"url": "javascript:alert(1)"}]}, "recordings"),
        ({"recordings": "all"}, "recordings"),
        ({"record_url": "ftp://x.example"}, "record_url"),
    ],
)
def test_what_contradicts_itself_is_refused_and_named(api, values, named):
    answer = api("POST", "/calls", WHOLE | values)
    assert (answer.status_code, named in answer.json()["message"]) == (400, True), answer.content
    assert not Call.objects.filter(provider_call_id=SID).exists()
