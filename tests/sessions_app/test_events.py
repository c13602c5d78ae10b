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
