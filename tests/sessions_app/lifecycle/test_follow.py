"""Comparing a session with its call: safe in any order, as often as one likes."""

from django.db import transaction
from django.utils import timezone

from calls.models import Call
from sessions_app.lifecycle.follow import follow_call
from sessions_app.models import Session
from tests.sessions_app.factories import session
from tests.support.factories import video_call


def follow(row, call):
    with transaction.atomic():
        locked = Session.lock(row.pk)
        follow_call(locked, call)
    return locked


def test_twice_is_once(account):
    now = timezone.now()
    row = session(account)
    call = video_call(
        account, status="ended", started_at=now, ended_at=now, disconnect_reason="r", ended_by="x"
    )
    first, second = follow(row, call), follow(row, call)
    assert (first.status, first.event_sequence) == (second.status, second.event_sequence) == ("ended", 2)


def test_an_older_look_takes_nothing_back(account):
    row = session(account, status="ended", ended_at=timezone.now(), started_at=timezone.now())
    call = video_call(account, started_at=timezone.now())
    assert follow(row, call).status == "ended"


def test_a_cancelled_session_stays_cancelled(account):
    row = session(account, status="cancelled", cancelled_at=timezone.now())
    call: Call = video_call(account, started_at=timezone.now())
    assert follow(row, call).status == "cancelled"
