"""Registering a person for a session."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.exceptions import (
    AlreadyRegistered,
    InvalidAnswers,
    NotAllowed,
    RegistrationClosed,
    SessionFull,
    SessionNotFound,
    SessionStateError,
)
from sessions_app.models import Mail, Registration, Session
from sessions_app.models.person import Role
from sessions_app.registrations.register import register
from sessions_app.registrations.registrant import Registrant
from tests.sessions_app import factories

Status = Registration.Status


def caller(session: Session, user_id: str = "", **fields) -> Caller:
    return Caller(session.account_id, "test", user_id=user_id, **({"is_trusted": not user_id} | fields))


def enter(session: Session, name: str, **options) -> Registration:
    registrant = Registrant(user_id=name, email=f"{name}@example.com")
    return register(session.pk, registrant, caller(session, name), **options)


def counters(session: Session) -> tuple[int, int, int]:
    session.refresh_from_db()
    return session.registered_count, session.offered_count, session.waitlist_count


def test_a_person_gets_a_seat_and_is_told(account):
    session = factories.session(account)
    registration = enter(session, "anna")
    assert registration.status == Status.REGISTERED
    assert counters(session) == (1, 0, 0)
    mail = Mail.objects.get()
    assert (mail.kind, mail.to, mail.registration) == ("registered", "anna@example.com", registration)


def test_who_comes_when_it_is_full_waits(account):
    session = factories.session(account, max_participants=1)
    statuses = [enter(session, name).status for name in ("anna", "ben", "carl")]
    assert statuses == [Status.REGISTERED, Status.WAITLIST, Status.WAITLIST]
    assert counters(session) == (1, 0, 2)
    numbers = Registration.objects.order_by("created_at").values_list("waitlist_number", flat=True)
    assert numbers[0] is None and numbers[1] < numbers[2]
    assert list(Mail.objects.order_by("number").values_list("kind", flat=True)) == [
        "registered",
        "waitlisted",
        "waitlisted",
    ]


def test_a_repeat_is_the_same_registration(account):
    session = factories.session(account)
    assert enter(session, "anna") == enter(session, "anna")
    assert counters(session) == (1, 0, 0)
    assert Mail.objects.count() == 1


def test_strictly_a_repeat_and_a_full_session_are_errors(account):
    session = factories.session(account, max_participants=1)
    enter(session, "anna", is_strict=True)
    with pytest.raises(AlreadyRegistered):
        enter(session, "anna", is_strict=True)
    with pytest.raises(SessionFull):
        enter(session, "ben", is_strict=True)
    assert counters(session) == (1, 0, 0)


def test_hosts_take_no_seat(account):
    session = factories.session(account, host_id="host", co_host_ids=["helper"], max_participants=1)
    enter(session, "anna")
    host, helper = enter(session, "host"), enter(session, "helper")
    assert [(each.status, each.role) for each in (host, helper)] == [
        (Status.REGISTERED, Role.HOST),
        (Status.REGISTERED, Role.CO_HOST),
    ]
    assert counters(session) == (1, 0, 0)


def test_approval_comes_before_a_seat(account):
    session = factories.session(account, requires_approval=True)
    assert enter(session, "anna").status == Status.PENDING
    assert counters(session) == (0, 0, 0)
    assert Mail.objects.get().kind == "pending"


@pytest.mark.parametrize("status", ["ended", "cancelled"])
def test_a_session_that_is_over_takes_nobody(account, status):
    session = factories.session(account)
    enter(session, "anna")
    Session.objects.filter(pk=session.pk).update(status=status)
    with pytest.raises(SessionStateError, match="nobody can register"):
        enter(session, "ben")
    assert enter(session, "anna").status == Status.REGISTERED


def test_registration_closes(account):
    session = factories.session(account, registration_closes_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(RegistrationClosed, match="closed at"):
        enter(session, "anna")


def test_who_was_declined_cannot_ask_again(account):
    session = factories.session(account)
    registration = enter(session, "anna")
    Registration.objects.filter(pk=registration.pk).update(status=Status.DECLINED)
    with pytest.raises(SessionStateError, match="declined"):
        enter(session, "anna")


def test_who_cancelled_may_come_again(account):
    session = factories.session(account)
    first = enter(session, "anna")
    Registration.objects.filter(pk=first.pk).update(status=Status.CANCELLED)
    assert enter(session, "anna") != first


def test_others_are_registered_by_hosts_and_back_ends_only(account):
    session = factories.session(account, host_id="host")
    guest = Registrant(email="Guest@Example.com", is_guest=True, role=Role.GUEST)
    with pytest.raises(NotAllowed):
        register(session.pk, guest, caller(session, "anna"))
    with pytest.raises(NotAllowed):
        register(session.pk, Registrant(user_id="anna", role=Role.HOST), caller(session, "anna"))
    with pytest.raises(NotAllowed):
        register(session.pk, Registrant(patient_id="p1"), caller(session, "", is_trusted=False))
    made = register(session.pk, guest, caller(session, "host"))
    assert made.person_key == "email:guest@example.com"
    assert register(session.pk, guest, caller(session)) == made


def test_questions_are_answered(account):
    question = {"id": "why", "label": "Why?", "type": "text", "required": True, "options": []}
    session = factories.session(account, custom_questions=[question])
    with pytest.raises(InvalidAnswers) as error:
        enter(session, "anna")
    assert error.value.fields == {"why": "Answer this."}
    answered = Registrant(user_id="anna", answers={"why": "To learn"})
    assert register(session.pk, answered, caller(session, "anna")).answers == {"why": "To learn"}


def test_another_brands_session_is_not_found(account):
    session = factories.session(account, brand_id="mine")
    with pytest.raises(SessionNotFound):
        register(session.pk, Registrant(user_id="anna"), caller(session, "anna", brand_id="theirs"))


def test_registering_takes_few_queries(account, django_assert_num_queries):
    session = factories.session(account)
    # Savepoint, session, repeat, insert, counters, event, mail, release.
    with django_assert_num_queries(8):
        enter(session, "anna")
