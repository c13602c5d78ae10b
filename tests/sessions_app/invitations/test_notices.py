"""Writing mails: once per person, kind and cause; to many people in one statement."""

import time

import pytest
from django.db import transaction

from sessions_app.invitations.notices import notify
from sessions_app.models import Mail, Registration
from tests.sessions_app import factories

Kind = Mail.Kind
pytestmark = pytest.mark.django_db


@pytest.fixture
def session(account):
    return factories.session(account, max_participants=1000, calendar_sequence=3)


def rows(session):
    return Registration.objects.filter(session=session)


@pytest.mark.parametrize("given", [rows, lambda session: list(rows(session))], ids=["query", "list"])
def test_everybody_with_an_address_gets_one_mail(session, given):
    for name in ("anna", "ben"):
        factories.registration(session, user_id=name)
    factories.registration(session, user_id="cleo", email="")

    notify(session, given(session), Kind.RESCHEDULED, cause="change:3", previous_scheduled_at="x\0")
    notify(session, given(session), Kind.RESCHEDULED, cause="change:3")

    mails = Mail.objects.order_by("to")
    assert [mail.to for mail in mails] == ["anna@example.com", "ben@example.com"]
    for mail in mails:
        assert (mail.kind, mail.cause, mail.calendar_sequence) == ("rescheduled", "change:3", 3)
        assert (mail.state, mail.max_attempts, mail.tenant_key) == ("pending", 30, session.account_id)
        assert mail.session_id == session.pk
        assert mail.due_at is not None


def test_another_cause_is_another_mail_with_a_greater_number(session):
    factories.registration(session)
    for cause in ("change:1", "change:2", "change:3"):
        notify(session, rows(session), Kind.CHANGED, cause=cause)
    mails = list(Mail.objects.order_by("pk"))
    assert [mail.cause for mail in mails] == ["change:1", "change:2", "change:3"]
    assert sorted(mail.number for mail in mails) == [mail.number for mail in mails]
    assert len({mail.number for mail in mails}) == 3


def test_a_query_may_be_ordered_limited_and_joined(session):
    for name in ("anna", "ben", "cleo"):
        factories.registration(session, user_id=name)
    found = rows(session).select_related("session").filter(session__title="Office hours").order_by("-user_id")
    notify(session, found, Kind.CHANGED, cause="once")
    assert Mail.objects.count() == 3


def test_thousands_are_told_in_one_statement(session, django_assert_num_queries):
    people = [
        Registration(session=session, person_key=f"user:{n}", user_id=str(n), email=f"{n}@example.com")
        for n in range(3000)
    ]
    Registration.objects.bulk_create(people)
    began = time.monotonic()
    with django_assert_num_queries(1):
        notify(session, rows(session), Kind.CANCELLED, cause="cancel:4")
    assert Mail.objects.count() == 3000
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("nobody", [[], Registration.objects.none(), Registration.objects.filter(pk__in=[])])
def test_nobody_is_told_nothing(session, nobody):
    notify(session, nobody, Kind.CHANGED, cause="once")
    assert Mail.objects.count() == 0


def test_no_mail_is_left_of_a_change_that_was_rolled_back(session):
    factories.registration(session)
    with pytest.raises(RuntimeError), transaction.atomic():
        notify(session, rows(session), Kind.CHANGED, cause="once")
        raise RuntimeError
    assert Mail.objects.count() == 0
