"""Many people at once: no overbooking, no lost seat, the order of the waitlist kept."""

import json
import random
from contextlib import suppress
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from liveplatform.webhooks.models import Event
from sessions_app.caller import Caller
from sessions_app.duties.queue import lock_sessions, settled
from sessions_app.exceptions import SessionStateError
from sessions_app.lifecycle.update import update_session
from sessions_app.models import Mail, Registration, Session, SessionDuty
from sessions_app.registrations.approval import approve
from sessions_app.registrations.cancel import cancel_registration
from sessions_app.registrations.offers import accept, decline
from sessions_app.registrations.register import register
from sessions_app.registrations.registrant import Registrant
from tests.sessions_app import factories
from tests.support.concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)

Status = Registration.Status
THREADS, ACTS = 20, 10


def enter(session: Session, name: str) -> Registration:
    registrant = Registrant(user_id=name, email=f"{name}@example.com")
    return register(session.pk, registrant, Caller(session.account_id, "test", user_id=name))


def in_threads(acts: list) -> None:
    """Run these, in an order by chance, in THREADS threads that begin at once."""
    random.Random(7).shuffle(acts)
    at_once(THREADS, lambda thread: [act() for act in acts[thread::THREADS]])


def numbers(event_type: str) -> list[int]:
    """The waitlist numbers of the registrations in the events of a type, in the order of the events."""
    bodies = Event.objects.filter(type=event_type).order_by("sequence").values_list("body", flat=True)
    by_id = dict(Registration.objects.values_list("pk", "waitlist_number"))
    return [by_id[UUID(json.loads(body)["data"]["registration"]["id"])] for body in bodies]


def check(session: Session) -> None:
    """What holds of every session."""
    session.refresh_from_db()
    rows = Registration.objects.filter(session=session)
    counts = [rows.filter(status=s).count() for s in (Status.REGISTERED, Status.OFFERED, Status.WAITLIST)]
    assert counts == [session.registered_count, session.offered_count, session.waitlist_count]
    taken = session.registered_count + session.offered_count
    assert taken <= session.max_participants
    assert taken == session.max_participants or session.waitlist_count == 0, "a seat is lost"
    sequences = Event.objects.filter(subject_id=session.pk).order_by("sequence")
    assert list(sequences.values_list("sequence", flat=True)) == list(range(1, session.event_sequence + 1))


def check_order(session: Session, event_type: str) -> None:
    """Who began to wait first was first; nobody was passed over."""
    promoted = numbers(event_type)
    assert promoted == sorted(promoted)
    waiting = Registration.objects.filter(session=session, status=Status.WAITLIST)
    still = list(waiting.values_list("waitlist_number", flat=True))
    assert not promoted or not still or max(promoted) < min(still)
    assert len(set(still)) == len(still)


def test_200_registrations_and_cancellations(account):
    session = factories.session(account, max_participants=40)
    before = [enter(session, f"early{number}") for number in range(80)]

    def leave(registration: Registration):
        caller = Caller(account.pk, "test", user_id=registration.user_id)
        return lambda: [cancel_registration(session.pk, registration.pk, caller) for _ in range(2)]

    acts = [lambda n=n: enter(session, f"late{n}") for n in range(THREADS * ACTS - len(before))]
    in_threads(acts + [leave(registration) for registration in before])

    check(session)
    check_order(session, "registration.promoted")
    assert session.registered_count == 40
    assert session.waitlist_count == 80
    assert Registration.objects.filter(status=Status.CANCELLED).count() == 80
    promoted = Registration.objects.exclude(promoted_at=None).count()
    assert Mail.objects.filter(kind="promoted").count() == promoted
    assert Mail.objects.filter(kind="unregistered").count() == 80


def test_the_capacity_changes_meanwhile(account):
    session = factories.session(account, max_participants=10)
    before = [enter(session, f"early{number}") for number in range(30)]
    host = factories.user_caller(account)
    acts = [lambda n=n: enter(session, f"late{n}") for n in range(40)]
    acts += [
        lambda r=r: cancel_registration(session.pk, r.pk, Caller(account.pk, "t", user_id=r.user_id))
        for r in before[::2]
    ]
    acts += [
        lambda seats=seats: update_session(session.pk, host, {"max_participants": seats})
        for seats in range(15, 40, 5)
    ]
    errors = []

    def tolerant(act):
        def run():
            try:
                act()
            except Exception as error:  # noqa: BLE001 - fewer seats than are taken
                errors.append(type(error).__name__)

        return run

    in_threads([tolerant(act) for act in acts])
    assert set(errors) <= {"CapacityTooLow"}
    check(session)
    check_order(session, "registration.promoted")


def test_offers_are_accepted_declined_and_passed_on(account):
    session = factories.session(account, max_participants=10, waitlist_mode="offer")
    people = [enter(session, f"p{number}") for number in range(60)]

    def answer(number: int):
        registration = people[number]
        caller = Caller(account.pk, "test", user_id=registration.user_id)

        def act():
            registration.refresh_from_db()
            if number < 10:
                cancel_registration(session.pk, registration.pk, caller)
            elif registration.status == Status.OFFERED:
                (accept if number % 2 else decline)(session.pk, registration.pk, caller)

        return act

    in_threads([answer(number) for number in range(60)] * 3)
    check(session)
    check_order(session, "registration.offered")


def test_one_person_twice_at_once_has_one_seat(account):
    session = factories.session(account, max_participants=5)
    made = at_once(16, lambda _: enter(session, "anna").pk)
    assert len(set(made)) == 1
    check(session)
    assert session.registered_count == 1
    assert Mail.objects.count() == 1


def test_offers_run_out_while_people_answer(account):
    session = factories.session(account, max_participants=8, waitlist_mode="offer")
    people = [enter(session, f"p{number}") for number in range(40)]
    for registration in people[:8]:
        cancel_registration(
            session.pk, registration.pk, Caller(account.pk, "t", user_id=registration.user_id)
        )
    past = timezone.now()
    Registration.objects.filter(user_id__in=["p8", "p9", "p10", "p11"]).update(offer_expires_at=past)
    duties = list(SessionDuty.objects.filter(kind="offer"))

    def expire(duty: SessionDuty) -> None:
        with transaction.atomic():
            lock_sessions([duty])
            settled([duty])

    def take(registration: Registration) -> None:
        with suppress(SessionStateError):
            accept(session.pk, registration.pk, Caller(account.pk, "t", user_id=registration.user_id))

    in_threads(
        [lambda d=duty: expire(d) for duty in duties * 3]
        + [lambda r=registration: take(r) for registration in people[8:20] * 2]
    )
    check(session)
    check_order(session, "registration.offered")
    states = dict(Registration.objects.values_list("user_id", "status"))
    assert {states[f"p{number}"] for number in range(8, 12)} == {"cancelled"}
    assert {states[f"p{number}"] for number in range(12, 16)} == {"registered"}
    assert Mail.objects.filter(kind="offer_expired").count() == 4


def test_hosts_change_and_decide_meanwhile(account):
    session = factories.session(account, max_participants=6, requires_approval=True)
    people = [enter(session, f"p{number}") for number in range(30)]
    host = factories.key_caller(account)
    acts = [lambda r=r: approve(session.pk, [r.pk], host) for r in people for _ in range(2)]
    acts += [
        lambda n=n: update_session(session.pk, host, {"co_host_ids": [f"p{n}", f"p{n + 1}"]})
        for n in range(0, 10, 2)
    ]
    in_threads(acts)
    session.refresh_from_db()
    seated = session.registrations.exclude(role="co_host")
    counts = [seated.filter(status=status).count() for status in ("registered", "waitlist", "pending")]
    assert counts == [session.registered_count, session.waitlist_count, 0]
    assert session.registered_count == 6
    assert set(session.registrations.filter(role="co_host").values_list("user_id", flat=True)) == set(
        session.co_host_ids
    )
