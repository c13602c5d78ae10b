"""The platform's JSON of a call: the same in Python and in SQL, blank text as null, and what events show of steps."""

import json
from datetime import UTC, datetime

from django.db import connection

from calls.models import Analysis, Call, Step
from calls.representation import (
    AnalysisSerializer,
    CallSerializer,
    StepOutcome,
    call_json_sql,
    rfc3339_sql,
)
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


def test_sql_and_python_write_the_same(account):
    ended = {"status": "ended", "started_at": NOON, "ended_at": NOON, "duration": 5, "end_code": "busy"}
    reported = {"provider_confirmed_at": NOON, "provider_ended_at": NOON, "metadata": {"a": [1, "ü"]}}
    for call in (phone_call(account, **ended, **reported), video_call(account, scheduled_at=NOON)):
        call.refresh_from_db()
        assert times_apart(from_sql(call)) == times_apart(from_python(call))
        assert list(from_sql(call)) == list(from_python(call)) == list(CallSerializer().fields)


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
