"""Webhooks hear of the sessions of their app's meetings."""

import json

import pytest

from sessions_app.lifecycle.end import end_session
from sessions_app.lifecycle.transitions import mark_live
from sessions_app.livestreams.meetings import create_meeting
from sessions_app.livestreams.webhooks import create_webhook
from sessions_app.models import LivestreamDelivery, Session
from tests.sessions_app.factories import key_caller


@pytest.fixture
def hook(app):
    events = ["meeting.started", "meeting.ended"]
    return create_webhook(app, {"name": "hook", "url": "https://example.com/", "events": events})


def test_a_session_that_begins_and_ends(app, account, hook, live_session):
    meeting = create_meeting(app, {"session_id": live_session.pk, "title": "Talk"})
    Session.objects.filter(pk=live_session.pk).update(status="scheduled", started_at=None)
    mark_live(Session.lock(live_session.pk), live_session.started_at)
    end_session(live_session.pk, key_caller(account))
    began, ended = (json.loads(row.body) for row in LivestreamDelivery.objects.order_by("created_at", "id"))
    assert (began["event"], ended["event"]) == ("meeting.started", "meeting.ended")
    assert began["meeting"]["id"] == str(meeting.pk) and began["meeting"]["title"] == "Talk"
    assert began["meeting"]["startedAt"] and not began["meeting"]["endedAt"] and ended["meeting"]["endedAt"]
    assert began["meeting"]["organizedBy"] == {"id": account.account_id, "name": account.name}


def test_a_session_without_a_meeting_tells_nobody(account, hook, live_session):
    end_session(live_session.pk, key_caller(account))
    assert not LivestreamDelivery.objects.exists()
