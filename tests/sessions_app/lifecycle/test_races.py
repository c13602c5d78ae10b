"""Sessions, their calls and their duties end at once from all sides: one end, no deadlock."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from calls.lifecycle.end import end as end_call
from calls.models import Call
from calls.models.end_code import EndCode
from calls.sql import end_if_live_many
from liveplatform.webhooks.models import Event
from sessions_app.exceptions import SessionNotFound, SessionStateError
from sessions_app.lifecycle.call import ensure_call
from sessions_app.lifecycle.cancel import cancel_session, delete_session
from sessions_app.lifecycle.end import end_session
from sessions_app.lifecycle.start import start_session
from sessions_app.lifecycle.update import update_session
from sessions_app.models import Session, SessionDuty
from sessions_app.schedule import plan_duties
from tests.sessions_app.factories import key_caller, session
from tests.support.concurrency import at_once
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


def attempt(act):
    try:
        return act()
    except (SessionStateError, SessionNotFound) as error:
        return error


def count(row, event_type):
    return Event.objects.filter(subject_id=row.pk, type=event_type).count()


def test_the_end_of_a_session_and_of_its_call(account, rooms):
    for _ in range(4):
        row = start_session(session(account).pk, key_caller(account))
        acts = (
            lambda row=row: end_session(row.pk, key_caller(account)),
            lambda row=row: end_call(row.call_id, account_id=account.pk, actor="provider:getstream"),
            lambda: drain(SessionDuty),
            lambda row=row: update_session(row.pk, key_caller(account), {"metadata": {"a": 1}}),
        )
        at_once(8, lambda number, acts=acts: attempt(acts[number % 4]))
        drain(SessionDuty)
        row.refresh_from_db()
        call = Call.objects.get(pk=row.call_id)
        assert (row.status, call.status) == ("ended", "ended")
        assert count(row, "session.ended") == 1 and count(call, "call.ended") == 1


def test_end_cancel_start_and_delete(account, rooms):
    for _ in range(4):
        row = session(account)
        verbs = (start_session, end_session, cancel_session, delete_session)
        at_once(
            4,
            lambda number, row=row, verbs=verbs: attempt(lambda: verbs[number](row.pk, key_caller(account))),
        )
        drain(SessionDuty)
        left = Session.objects.filter(pk=row.pk).first()
        is_running = Call.objects.filter(metadata__session_id=str(row.pk), ended_at=None).exists()
        assert is_running is (left is not None and left.status == "live")


def test_one_of_cancel_and_end_by_duty_wins(account, rooms):
    row = session(account, scheduled_at=timezone.now() - timedelta(hours=1))
    ensure_call(row)
    plan_duties(row)
    at_once(2, lambda number: drain(SessionDuty) if number else cancel_session(row.pk, key_caller(account)))
    row.refresh_from_db()
    assert (row.status, count(row, "session.cancelled")) == ("cancelled", 1)


def test_many_ends_beside_duties_that_end_the_same_calls(account, rooms):
    """Bulk ends lock calls only, duties sessions first: in whatever order, nobody waits for ever."""
    rows = [start_session(session(account).pk, key_caller(account)) for _ in range(6)]
    ago = timezone.now() - timedelta(hours=6)
    Session.objects.update(scheduled_at=ago, started_at=ago, host_grace_minutes=F("host_grace_minutes"))
    for row in Session.objects.all():
        plan_duties(row)
    calls = [row.call_id for row in rows]

    def act(number):
        if number == 0:
            return end_if_live_many(
                sorted(calls, reverse=True), account.pk, "bulk", EndCode.STALE.value, "test"
            )
        return drain(SessionDuty) if number < 3 else end_session(rows[number].pk, key_caller(account))

    at_once(6, lambda number: attempt(lambda: act(number)))
    drain(SessionDuty)
    assert set(Session.objects.values_list("status", flat=True)) == {"ended"}
    assert not Call.objects.filter(pk__in=calls, ended_at=None).exists()
    assert not SessionDuty.objects.filter(state="failed").exists()
    assert all(count(row, "session.ended") == 1 for row in rows)


def test_a_call_ends_while_its_session_gets_another_call_or_time_of_its_series(account, rooms):
    """The duty refers to the session, whose holder may wait for calls: the end of a call must not wait for it."""
    row = start_session(session(account).pk, key_caller(account))

    def end(_):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return end_call(row.call_id, account_id=account.pk, actor="test").changed

    with transaction.atomic():
        Session.lock(row.pk)
        Session.objects.filter(pk=row.pk).update(call=None, original_at=timezone.now())
        assert at_once(1, end) == [True]
    assert SessionDuty.objects.filter(session=row, kind="follow_call").exists()
