"""Event types about sessions: all that can be published are registered, and what is published fits."""

from datetime import timedelta

import orjson
import pytest
from django.db import transaction
from django.utils import timezone

from liveplatform.webhooks.models import Event
from sessions_app import publish
from sessions_app.events import EVENT_TYPES
from sessions_app.models import Question, Registration, Session
from tests.sessions_app import factories
from tests.support.event_schemas import errors

PUBLISHED = {value for name, value in vars(publish).items() if name.isupper()}
BY_NAME = {event_type.name: event_type for event_type in EVENT_TYPES}
# What the types have besides the session, the registration and the question.
OTHERS = {
    publish.SESSION_UPDATED: {"changed": ["title"]},
    publish.SESSION_RESCHEDULED: {"previous_scheduled_at": timezone.now()},
    publish.ATTENDANCE_READY: {"attendance": {"registered": 2, "attended": 1, "absent": 1}},
}


@pytest.fixture
def session(account) -> Session:
    return Session.objects.create(
        account=account,
        brand_id="acme",
        host_id="host",
        title="Sleep",
        max_participants=2,
        scheduled_at=timezone.now() + timedelta(days=1),
    )


def test_every_type_that_can_be_published_is_registered_once():
    assert set(BY_NAME) == PUBLISHED
    assert len(BY_NAME) == len(EVENT_TYPES)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_example_fits_the_schema(name):
    message = {"type": name, "timestamp": "2026-11-21T02:57:48Z", "sequence": 1}
    assert errors(name, message | {"data": BY_NAME[name].example}) == []


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_what_is_published_fits_the_schema_and_is_numbered(session, name):
    guest = Registration.objects.create(
        session=session, person_key="email:a@b.de", email="a@b.de", is_guest=True
    )
    question = Question.objects.create(session=session, asker_user_id="anna", body="Why?")
    parts = {"registration": guest} if name.startswith("registration.") else {}
    parts |= {"question": question} if name.startswith("question.") else {}
    with transaction.atomic():
        publish.publish(Session.lock(session.pk), name, **parts, **OTHERS.get(name, {}))
    (event,) = Event.objects.filter(subject_id=session.pk)
    assert errors(name, orjson.loads(event.body)) == []
    assert (event.sequence, event.account_id) == (1, session.account_id)


def types_of(account) -> list[str]:
    """The types of the account's events about sessions, in order, each of which must fit its schema."""
    events = Event.objects.filter(account=account).exclude(type__startswith="call.").order_by("sequence")
    for event in events:
        assert errors(event.type, orjson.loads(event.body)) == [], event.type
    assert [event.sequence for event in events] == list(range(1, len(events) + 1)), "no gap"
    return [event.type for event in events]


def test_the_whole_life_of_a_session_fits(api, account, rooms):
    """Over the API: one seat, a waitlist, a question, a reschedule, and the end."""
    body = {"host_id": "host", "brand_id": "acme", "title": "Sleep", "max_participants": 1}
    body["scheduled_at"] = (timezone.now() + timedelta(minutes=5)).isoformat()
    path = f"/v1/sessions/{api('POST', '/v1/sessions', body).json()['id']}"
    for user in ("anna", "ben"):
        assert api("POST", f"{path}/registrations", {}, X_User_Id=user).status_code == 201
    later = (timezone.now() + timedelta(minutes=10)).isoformat()
    assert api("PATCH", path, {"scheduled_at": later, "title": "Rest"}).status_code == 200
    assert api("DELETE", f"{path}/registrations/me", X_User_Id="anna").status_code < 300
    assert api("POST", f"{path}/start").json()["status"] == "live"
    question = api("POST", f"{path}/questions", {"body": "Why?"}, X_User_Id="ben").json()
    answered = api("POST", f"{path}/questions/{question['id']}/answer", {"answer": "So."}, X_User_Id="host")
    assert answered.status_code == 200, answered.content
    assert api("POST", f"{path}/end").json()["status"] == "ended"
    assert types_of(account) == [
        "session.created",
        "registration.created",
        "registration.created",
        "session.rescheduled",
        "session.updated",
        "registration.cancelled",
        "registration.promoted",
        "session.started",
        "question.asked",
        "question.moderated",
        "session.ended",
    ]


def test_offers_approval_and_cancellation_fit(api, account):
    made = factories.session(account, max_participants=1, waitlist_mode="offer", requires_approval=True)
    path = f"/v1/sessions/{made.pk}"
    ids = [
        api("POST", f"{path}/registrations", {}, X_User_Id=user).json()["id"]
        for user in ("anna", "ben", "cid")
    ]
    api("POST", f"{path}/registrations/approve", {"registration_ids": ids[:2]})
    api("POST", f"{path}/registrations/deny", {"registration_ids": ids[2:]})
    api("DELETE", f"{path}/registrations/me", X_User_Id="anna")
    api("POST", f"{path}/registrations/{ids[1]}/decline", X_User_Id="ben")
    api("POST", f"{path}/cancel", {"reason": "ill"})
    types = types_of(account)
    assert types[-1] == "session.cancelled"
    assert {"registration.updated", "registration.offered", "registration.cancelled"} <= set(types)
