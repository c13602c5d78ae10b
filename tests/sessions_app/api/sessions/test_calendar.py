"""GET /v1/sessions/{id}.ics"""

from uuid import uuid4

import pytest
from ical.calendar_stream import IcsCalendarStream

from sessions_app.models import Session
from tests.sessions_app import factories


@pytest.fixture
def session(account):
    return factories.session(account, timezone="Europe/Berlin", duration_minutes=30, calendar_sequence=4)


def get(api, session_id, **headers):
    return api("GET", f"/v1/sessions/{session_id}.ics", **headers)


def event_of(answer):
    (event,) = IcsCalendarStream.calendar_from_ics(answer.content.decode()).events
    return event


def test_a_session_is_a_calendar_file(api, session):
    answer = get(api, session.pk)
    event = event_of(answer)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"METHOD:PUBLISH" in answer.content
    assert (event.uid, event.sequence, event.status.value) == (str(session.pk), 4, "CONFIRMED")
    assert event.dtstart == session.scheduled_at.replace(microsecond=0)
    assert get(api, session.pk, If_None_Match=answer["ETag"]).status_code == 304


def test_a_cancelled_session_says_so(api, session):
    Session.objects.filter(pk=session.pk).update(status="cancelled")
    assert event_of(get(api, session.pk)).status.value == "CANCELLED"


def test_an_unknown_session_and_one_of_another_brand_are_not_found(api, session):
    assert get(api, uuid4()).status_code == 404
    assert get(api, session.pk, X_Brand_Id="another").status_code == 404
    assert get(api, uuid4()).json()["error"] == "not_found"


def test_it_takes_a_key(client, session):
    assert client.get(f"/v1/sessions/{session.pk}.ics").status_code == 401
