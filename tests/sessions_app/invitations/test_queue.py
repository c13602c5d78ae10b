"""The queue of mails: order, what is superseded, what is sent."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.core.management import call_command
from django.utils import timezone

from liveplatform.work.run_one import run_one
from sessions_app.invitations.notices import notify
from sessions_app.invitations.queue import MAILS
from sessions_app.models import Mail, Registration
from tests.sessions_app import factories
from tests.sessions_app.calendars import calendar_of
from tests.support.draining import claim, drain

Kind, State = Mail.Kind, Mail.State
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session(account):
    return factories.session(account, timezone="Europe/Berlin", duration_minutes=45, max_participants=100)


@pytest.fixture
def anna(session):
    return factories.registration(session, user_id="anna")


def tell(registration, kind, cause="once", **details):
    notify(registration.session, [registration], kind, cause=cause, **details)


def set_status(row, status):
    row.status = status
    row.save()


def kinds_sent():
    order = {}
    for message in outbox.outbox:
        order[message.extra_headers["Message-ID"][1:33]] = message
    kinds = {row.pk.hex: row.kind for row in Mail.objects.all()}
    return [kinds[key] for key in order]


def states():
    return {row.kind: row.state for row in Mail.objects.all()}


def test_a_mail_is_sent_once_with_its_calendar_entry(anna):
    tell(anna, Kind.REGISTERED)
    tell(anna, Kind.REGISTERED)

    drain(Mail)

    (message,) = outbox.outbox
    row = Mail.objects.get()
    assert message.to == ["anna@example.com"]
    assert message.extra_headers["Message-ID"] == f"<{row.pk.hex}@127.0.0.1>"
    assert calendar_of(message)["METHOD"] == "REQUEST"
    assert (row.state, row.sent_at is not None) == ("done", True)


def test_a_later_mail_waits_for_an_earlier_one_and_is_woken_by_it(anna):
    tell(anna, Kind.REGISTERED)
    tell(anna, Kind.CHANGED)
    earlier, later = Mail.objects.order_by("number")
    Mail.objects.filter(pk=earlier.pk).update(due_at=timezone.now() + timedelta(hours=1))

    assert drain(Mail).outcomes == {"pending": 1}
    assert outbox.outbox == []
    Mail.objects.filter(pk=earlier.pk).update(due_at=timezone.now())
    drain(Mail)

    assert kinds_sent() == [Kind.REGISTERED, Kind.CHANGED]


def test_mails_that_are_due_together_are_sent_in_order(anna):
    for kind in (Kind.REGISTERED, Kind.CHANGED, Kind.RESCHEDULED, Kind.REMINDER):
        cause = f"{anna.session.scheduled_at.isoformat()}:60" if kind == Kind.REMINDER else "once"
        tell(anna, kind, cause)

    drain(Mail)

    assert kinds_sent() == [Kind.REGISTERED, Kind.CHANGED, Kind.RESCHEDULED, Kind.REMINDER]


def test_other_people_do_not_wait(anna):
    ben = factories.registration(anna.session, user_id="ben")
    tell(anna, Kind.REGISTERED)
    Mail.objects.update(due_at=timezone.now() + timedelta(hours=1))
    tell(ben, Kind.REGISTERED)

    drain(Mail)

    assert [message.to for message in outbox.outbox] == [["ben@example.com"]]


def test_a_mail_after_one_that_failed_is_sent(anna):
    tell(anna, Kind.REGISTERED)
    Mail.objects.update(state=State.FAILED, due_at=None)
    tell(anna, Kind.CHANGED)

    drain(Mail)

    assert kinds_sent() == [Kind.CHANGED]


@pytest.mark.parametrize("status", ["cancelled", "ended"])
def test_nobody_is_invited_to_what_is_over(anna, status):
    tell(anna, Kind.REGISTERED)
    set_status(anna.session, status)

    drain(Mail)

    assert outbox.outbox == []
    assert states() == {"registered": "skipped"}


def test_nobody_is_invited_who_has_left(anna):
    tell(anna, Kind.REGISTERED)
    set_status(anna, Registration.Status.CANCELLED)
    tell(anna, Kind.UNREGISTERED)

    drain(Mail)

    (message,) = outbox.outbox
    assert kinds_sent() == [Kind.UNREGISTERED]
    assert calendar_of(message) is None, "there was no invitation to take back"


def test_who_was_invited_is_told_by_the_calendar_too(anna):
    tell(anna, Kind.REGISTERED)
    drain(Mail)
    set_status(anna, Registration.Status.CANCELLED)
    tell(anna, Kind.UNREGISTERED)
    drain(Mail)

    invited, taken_back = map(calendar_of, outbox.outbox)
    assert taken_back["METHOD"] == "CANCEL"
    assert taken_back.events[0]["UID"] == invited.events[0]["UID"]
    assert taken_back.events[0]["SEQUENCE"] == invited.events[0]["SEQUENCE"] + 1


def test_an_invitation_that_a_dead_worker_may_have_sent_is_taken_back(anna):
    tell(anna, Kind.REGISTERED)
    claim(Mail)
    Mail.objects.update(due_at=timezone.now())  # its lease has run out
    set_status(anna, Registration.Status.CANCELLED)
    tell(anna, Kind.UNREGISTERED)

    drain(Mail)

    (message,) = outbox.outbox
    assert calendar_of(message)["METHOD"] == "CANCEL"


def test_who_registers_again_is_invited_with_a_newer_entry(anna):
    tell(anna, Kind.REGISTERED)
    drain(Mail)
    set_status(anna, Registration.Status.CANCELLED)
    tell(anna, Kind.UNREGISTERED)
    again = factories.registration(anna.session, user_id="anna")
    tell(again, Kind.REGISTERED)
    drain(Mail)

    entries = [calendar_of(message) for message in outbox.outbox]
    assert [entry["METHOD"] for entry in entries] == ["REQUEST", "CANCEL", "REQUEST"]
    assert [entry.events[0]["SEQUENCE"] for entry in entries] == [0, 1, 2]
    assert len({entry.events[0]["UID"] for entry in entries}) == 1


def test_a_mail_is_sent_again_when_staff_ask_for_it(anna):
    tell(anna, Kind.REGISTERED)
    drain(Mail)
    row = Mail.objects.get()
    row.restart()
    assert "done" in run_one(MAILS, row.pk)

    first, second = (message.extra_headers["Message-ID"] for message in outbox.outbox)
    assert first != second, "mail boxes drop a message that they have"


def test_a_mail_that_failed_is_sent_by_the_command(anna, capsys):
    tell(anna, Kind.REGISTERED)
    row = Mail.objects.get()
    Mail.objects.update(state=State.FAILED, due_at=None, attempts=30)

    call_command("run_work", str(row.pk), "--again")

    assert "done" in capsys.readouterr().out
    assert kinds_sent() == [Kind.REGISTERED]


def test_an_old_invitation_is_not_sent_again_after_a_newer_one(anna):
    tell(anna, Kind.REGISTERED)
    drain(Mail)
    anna.session.calendar_sequence = 1
    anna.session.save()
    tell(anna, Kind.RESCHEDULED)
    drain(Mail)
    Mail.objects.filter(kind=Kind.REGISTERED).restart()

    drain(Mail)

    assert kinds_sent() == [Kind.REGISTERED, Kind.RESCHEDULED]
    assert states() == {"registered": "skipped", "rescheduled": "done"}


def test_statements_do_not_grow_with_the_mails(anna, django_assert_max_num_queries):
    people = [factories.registration(anna.session, user_id=f"user-{n}") for n in range(20)]
    notify(anna.session, people, Kind.REGISTERED, cause="once")
    mails = list(Mail.objects.all())
    with django_assert_max_num_queries(4):
        MAILS.prepare(mails)
    with django_assert_max_num_queries(3):
        MAILS.settled(mails)
