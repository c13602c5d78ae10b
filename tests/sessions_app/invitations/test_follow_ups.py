"""Follow-ups: thanks to those who came, and a word to those who did not."""

import pytest
from django.utils import timezone

from sessions_app.invitations.follow_ups import send_follow_ups
from sessions_app.invitations.notices import notify
from sessions_app.models import Mail, Registration
from tests.sessions_app import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(account):
    now = timezone.now()
    session = factories.session(account, status="ended", started_at=now, ended_at=now)
    for name, status, seconds in (
        ("came", "registered", 60), ("missed", "registered", 0), ("unknown", "registered", None),
        ("left", "cancelled", None), ("waited", "waitlist", None),
    ):  # fmt: skip
        factories.registration(session, user_id=name, status=status, attended_seconds=seconds)
    return session


def told():
    return {mail.to.partition("@")[0]: mail.kind for mail in Mail.objects.all()}


def test_who_came_is_thanked_and_who_did_not_is_told(ended):
    send_follow_ups(ended)
    send_follow_ups(ended)
    assert told() == {"came": "thanks", "missed": "missed", "unknown": "missed"}
    assert Mail.objects.count() == 3


def test_nobody_missed_what_was_ended_for_want_of_its_host(ended):
    notify(ended, Registration.objects.filter(session=ended), Mail.Kind.CANCELLED, cause="cancel:0")
    send_follow_ups(ended)
    assert set(told().values()) == {"cancelled"}


def test_a_session_that_was_restored_is_followed_up(ended):
    notify(ended, Registration.objects.filter(session=ended), Mail.Kind.CANCELLED, cause="cancel:0")
    ended.calendar_sequence = 1
    send_follow_ups(ended)
    assert Mail.objects.filter(kind="thanks").count() == 1


def test_hosts_are_not_told_how_their_session_was(ended):
    for name, role in (("host-1", "host"), ("kim", "co_host")):
        factories.registration(ended, user_id=name, role=role, attended_seconds=0)
    send_follow_ups(ended)
    assert told().keys() == {"came", "missed", "unknown"}


@pytest.mark.parametrize("fields", [{"status": "cancelled"}, {"status": "live"}, {"started_at": None}])
def test_nobody_missed_what_did_not_take_place(ended, fields):
    for name, value in fields.items():
        setattr(ended, name, value)
    send_follow_ups(ended)
    assert told() == {}
