"""Scheduling a session."""

from datetime import timedelta

import pytest
from django.utils import timezone

from liveplatform.webhooks.models import Event
from sessions_app.exceptions import InvalidFields, NotAllowed
from sessions_app.lifecycle.create import create_session
from sessions_app.models import SessionDuty
from tests.sessions_app.factories import key_caller, user_caller

FIELDS = {"brand_id": "acme", "host_id": "h", "title": "t", "max_participants": 3}


def create(caller, **fields):
    return create_session(caller, FIELDS | {"scheduled_at": timezone.now() + timedelta(days=2)} | fields)


def test_it_has_its_duties_and_its_event(account):
    row = create(key_caller(account))
    duties = set(SessionDuty.objects.filter(session=row).values_list("kind", "slot"))
    assert duties == {("open", ""), ("host_check", ""), ("remind", "60"), ("remind", "1440")}
    assert (row.status, row.created_by) == ("scheduled", "key:test")
    assert Event.objects.get(subject_id=row.pk).type == "session.created"


def test_a_clock_may_be_a_minute_behind(account):
    assert create(key_caller(account), scheduled_at=timezone.now() - timedelta(seconds=30)).pk
    with pytest.raises(InvalidFields) as refused:
        create(key_caller(account), scheduled_at=timezone.now() - timedelta(seconds=90))
    assert refused.value.fields.keys() == {"scheduled_at"}


def test_a_brand_makes_sessions_of_its_own(account):
    with pytest.raises(InvalidFields, match="brand_id"):
        create(key_caller(account, brand_id="other"))
    assert create(key_caller(account, brand_id="acme")).brand_id == "acme"


def test_a_user_makes_sessions_that_it_hosts(account):
    with pytest.raises(NotAllowed):
        create(user_caller(account, "anna"))
    with pytest.raises(NotAllowed):  # in the name of another host
        create(user_caller(account, "anna"), co_host_ids=["anna"])
    assert create(user_caller(account, "h")).host_id == "h"
