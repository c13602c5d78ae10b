"""The platform's JSON of a call: the same in Python and in SQL, blank text as null, and what events show of steps."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import connection

from calls.analysis.representation import AnalysisSerializer
from calls.call_events.sql import call_json_sql, recordings_json_sql, rfc3339_sql
from calls.models import Analysis, Call, Recording, Step
from calls.representation import (
    CallSerializer,
    ProviderSerializer,
    RecordingSerializer,
    StepOutcome,
)
from liveplatform.db.uuid7 import uuid7
from liveplatform.json_codec import dumps
from tests.support.factories import phone_call, video_call

NOON = datetime(2026, 11, 20, 12, 0, 0, 5, tzinfo=UTC)


def from_sql(call: Call) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({call_json_sql('c')})::text FROM calls_call AS c WHERE id = %s", [call.pk])
        return json.loads(cursor.fetchone()[0])


def from_python(call: Call) -> dict:
    return json.loads(dumps(CallSerializer.write(call)))


def times_apart(shown: dict) -> dict:
    """Times as moments: SQL writes six digits of a second, Python as many as there are."""
    apart = {name: times_apart(value) if isinstance(value, dict) else value for name, value in shown.items()}
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") and value else value
        for name, value in apart.items()
    }


# Columns that the account does not see: its helper room, and what the platform keeps for itself.
HIDDEN = {"room_connection", "room_type", "room_id", "submission_key", "is_imported", "is_followed"}
HIDDEN |= {"event_sequence", "has_streams"}
# Nested in `provider`, under their own names or without the prefix.
IN_PROVIDER = {
    "provider",
    "provider_answered_by",
    "connection",
    "provider_call_id",
    "provider_state",
    "provider_status",
} | {
    "provider_confirmed_at",
    "provider_ended_at",
}
RENAMED = {"account": "account_id", "from_number": "from", "to_number": "to"}


def every_field(account) -> Call:
    """A call with a value in every column."""
    texts = {"extension": "204", "direction": "inbound", "price_unit": "USD", "sentiment": "positive"}
    ids = {name: uuid7() for name in ("ai_agent_id", "campaign_id", "contact_id")}
    numbers = {"duration": 5, "rating": 4, "time_limit": 60, "latency": 0.1 + 0.2, "cost": Decimal("0.0085")}
    times = dict.fromkeys(
        ("scheduled_at", "started_at", "ended_at", "end_requested_at", "empty_since")
        + ("provider_seen_at", "provider_confirmed_at", "provider_ended_at")
        + ("recording_ready_at", "recording_expires_at"),
        NOON,
    )
    return phone_call(
        account,
        status="ended",
        end_code="busy",
        provider_status="busy",
        created_by="key:1",
        notes='"quoted" \\ and\nlines',
        metadata={"a": [1, "ü", {"b": None}]},
        dynamic_variables={"name": "Ada"},
        **texts,
        **ids,
        **numbers,
        **times,
    )


def test_every_column_that_its_account_may_see_is_shown():
    shown = set(CallSerializer().fields)
    columns = {field.name for field in Call._meta.concrete_fields} - HIDDEN - IN_PROVIDER
    columns -= {name for name in columns if name.startswith("metadata_")}  # copies of declared names
    assert {RENAMED.get(name, name) for name in columns} - shown == set()
    assert set(ProviderSerializer().fields) == {
        *("name", "call_id", "connection_id", "state", "status", "answered_by", "confirmed_at", "ended_at")
    }


def test_sql_and_python_write_the_same(account):
    for call in (every_field(account), phone_call(account), video_call(account, scheduled_at=NOON)):
        call.refresh_from_db()
        assert times_apart(from_sql(call)) == times_apart(from_python(call))
        assert list(from_sql(call)) == list(from_python(call)) == list(CallSerializer().fields)


def test_cost_is_a_number_with_all_its_decimals(account):
    call = phone_call(account, cost=Decimal("12345.000001"))
    call.refresh_from_db()
    assert from_sql(call)["cost"] == from_python(call)["cost"] == 12345.000001


def test_sql_writes_the_recordings_oldest_first(account):
    call = phone_call(account)
    new, old = (
        Recording.objects.create(call=call, provider_id=name, url="https://x.example/", ready_at=at)
        for name, at in (("new", NOON), ("old", NOON - timedelta(hours=1)))
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ({recordings_json_sql('c.id')})::text FROM calls_call c WHERE id = %s", [call.pk]
        )
        found = json.loads(cursor.fetchone()[0])
    assert list(map(times_apart, found)) == [
        times_apart(json.loads(dumps(RecordingSerializer.write(row)))) for row in (old, new)
    ]


def test_blank_text_is_null_and_the_number_is_under_from(account):
    shown = CallSerializer.write(phone_call(account))
    assert (shown["title"], shown["end_code"], shown["provider"]["status"]) == (None, None, None)
    assert (shown["from"], shown["provider"]["name"]) == ("+14155550100", "twilio")


def test_a_time_in_sql_is_rfc_3339_in_utc(db):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {rfc3339_sql('%s::timestamptz')}", ["2026-11-20T13:00:00+01:00"])
        assert cursor.fetchone()[0] == "2026-11-20T12:00:00.000000Z"


def test_an_event_shows_steps_without_their_logs(account):
    step = Step(call=phone_call(account), kind="notify", state="failed", attempts=2, error="", log=[{"a": 1}])
    shown = StepOutcome.write(step)
    assert list(shown) == ["kind", "state", "attempts", "error", "due_at", "settled_at"]
    assert (shown["kind"], shown["error"]) == ("notify", None)


def test_an_analysis_shows_its_analyser_and_version():
    analysis = Analysis(
        metrics={"turns": 2}, sentiment={"label": "positive"}, analyser="builtin", version="1"
    )
    shown = AnalysisSerializer.write(analysis)
    assert (shown["metrics"], shown["analyser"], shown["version"]) == ({"turns": 2}, "builtin", "1")
