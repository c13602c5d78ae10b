"""The place of a mail among those to its person about its session."""

import pytest

from sessions_app.invitations.notices import notify
from sessions_app.invitations.precedence import next_waiting, places
from sessions_app.models import Mail, Registration
from tests.sessions_app import factories

Kind = Mail.Kind
pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(account):
    return factories.registration(factories.session(account))


def tell(registration, *kinds, sequence=0):
    registration.session.calendar_sequence = sequence
    for kind in kinds:
        notify(registration.session, [registration], kind, cause=f"{kind}{sequence}")


def mails():
    return list(Mail.objects.select_related("registration").order_by("number"))


def settle(**fields):
    Mail.objects.update(**({"state": "done", "sent_at": "2026-01-01T00:00:00Z", "attempts": 1} | fields))


def found(name):
    result = places(mails())
    return [getattr(result[mail.pk], name) for mail in mails()]


def test_all_but_the_first_open_one_wait(anna):
    tell(anna, Kind.REGISTERED, Kind.CHANGED, Kind.REMINDER)
    assert found("waits") == [False, True, True]
    assert next_waiting(mails()) == [mails()[0].pk]
    settle()
    assert found("waits") == [False, False, False]
    assert next_waiting(mails()) == []


def test_the_sequence_is_the_sessions_and_the_persons_turns(anna):
    tell(anna, Kind.WAITLISTED, Kind.PROMOTED)
    tell(anna, Kind.RESCHEDULED, Kind.UNREGISTERED, sequence=1)
    Registration.objects.update(status="cancelled")
    again = factories.registration(anna.session)
    tell(again, Kind.WAITLISTED, Kind.PROMOTED, sequence=1)
    tell(again, Kind.CANCELLED, sequence=2)
    assert found("sequence") == [0, 0, 1, 2, 2, 3, 4]


def test_a_newer_entry_overtakes(anna):
    tell(anna, Kind.REGISTERED)
    tell(anna, Kind.RESCHEDULED, sequence=1)
    assert found("is_overtaken") == [False, False]
    settle()
    assert found("is_overtaken") == [True, False]


def test_a_mail_without_an_entry_overtakes_nothing(anna):
    tell(anna, Kind.REGISTERED)
    tell(anna, Kind.REMINDER, sequence=1)
    settle()
    assert found("is_overtaken") == [False, False]


@pytest.mark.parametrize(("fields", "was_invited"), [
    ({}, True),
    ({"state": "skipped", "sent_at": None}, False),
    ({"state": "skipped", "sent_at": None, "attempts": 2}, True),
    ({"state": "failed", "sent_at": None}, True),
])  # fmt: skip
def test_who_may_have_an_invitation(anna, fields, was_invited):
    tell(anna, Kind.REGISTERED)
    settle(**fields)
    tell(anna, Kind.UNREGISTERED)
    assert found("was_invited") == [False, was_invited]


def test_sessions_and_people_are_kept_apart(anna, account):
    ben = factories.registration(anna.session, user_id="ben")
    elsewhere = factories.registration(factories.session(account))
    for person in (anna, ben, elsewhere):
        tell(person, Kind.REGISTERED)
    assert found("waits") == [False, False, False]
    assert len(next_waiting(mails())) == 3
