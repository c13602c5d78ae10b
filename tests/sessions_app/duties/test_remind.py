"""Reminders: at their time, of the time that holds, to people with a seat."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail as outbox
from django.db.models import F
from django.utils import timezone

from sessions_app.lifecycle.cancel import cancel_session
from sessions_app.lifecycle.update import update_session
from sessions_app.models import Mail, Session, SessionDuty
from sessions_app.schedule import plan_duties
from tests.sessions_app import factories
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)
REMIND = SessionDuty.Kind.REMIND


@pytest.fixture
def session(account):
    made = factories.session(account, scheduled_at=timezone.now() + timedelta(days=3))
    for name, status in (
        ("anna", "registered"),
        ("ben", "registered"),
        ("cleo", "waitlist"),
        ("dan", "cancelled"),
    ):
        factories.registration(made, user_id=name, status=status)
    plan_duties(made)
    return made


def pass_time(session, left):
    """Let the session start in `left`: what was planned moves with it. No clock is touched."""
    session.refresh_from_db()
    shift = session.scheduled_at - timezone.now() - left
    Session.objects.filter(pk=session.pk).update(scheduled_at=F("scheduled_at") - shift)
    SessionDuty.objects.filter(state="pending").update(
        due_at=F("due_at") - shift, planned_at=F("planned_at") - shift
    )
    session.refresh_from_db()


def work():
    drain(SessionDuty)
    drain(Mail)
    sent = [(message.to[0].partition("@")[0], message.subject) for message in outbox.outbox]
    outbox.outbox.clear()
    return sorted(sent)


def both(text):
    return [(name, f"Reminder: Office hours starts in {text}") for name in ("anna", "ben")]


def test_everybody_with_a_seat_is_reminded_twice(session):
    assert work() == []
    pass_time(session, timedelta(hours=24) - timedelta(seconds=1))
    assert work() == both("24 hours")
    pass_time(session, timedelta(minutes=59, seconds=59))
    Mail.objects.update(cause="another time")  # the clock of this test moves the session, not the time
    assert work() == both("1 hour")
    assert work() == []


def test_a_reschedule_moves_the_reminders(session):
    caller = factories.key_caller(session.account)
    at = timezone.now() + timedelta(days=9)
    update_session(session.pk, caller, {"scheduled_at": at})
    duties = SessionDuty.objects.filter(session=session, kind=REMIND).values_list("slot", "due_at")
    assert dict(duties) == {"1440": at - timedelta(days=1), "60": at - timedelta(hours=1)}


def test_who_was_reminded_of_the_former_time_is_reminded_of_the_new_one(session):
    pass_time(session, timedelta(hours=24) - timedelta(seconds=1))
    assert work() == both("24 hours")
    caller = factories.key_caller(session.account)
    update_session(session.pk, caller, {"scheduled_at": timezone.now() + timedelta(days=9)})
    work()
    pass_time(session, timedelta(hours=24) - timedelta(seconds=1))
    assert work() == both("24 hours")


def test_nobody_is_reminded_of_what_is_cancelled_or_past(session):
    pass_time(session, timedelta(minutes=-1))
    assert work() == []
    Session.objects.filter(pk=session.pk).update(scheduled_at=timezone.now() + timedelta(days=3))
    session.refresh_from_db()
    plan_duties(session)
    cancel_session(session.pk, factories.key_caller(session.account))
    work()
    assert not SessionDuty.objects.filter(kind=REMIND).exists()


def test_a_reminder_that_was_late_is_left_to_the_next(session):
    """No worker was there for a day: of two reminders that are due, one is sent."""
    pass_time(session, timedelta(minutes=30))
    assert work() == both("30 minutes")


def test_a_mail_that_is_late_reminds_nobody_of_a_past_time(session):
    pass_time(session, timedelta(hours=24) - timedelta(seconds=1))
    drain(SessionDuty)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        drain(Mail)
    assert outbox.outbox == []
    assert set(Mail.objects.values_list("state", flat=True)) == {"skipped"}


def test_another_plan_of_reminders_holds_for_its_session(account):
    made = factories.session(account, reminder_minutes=[10, 30])
    plan_duties(made)
    assert set(SessionDuty.objects.filter(kind=REMIND).values_list("slot", flat=True)) == {"10", "30"}
