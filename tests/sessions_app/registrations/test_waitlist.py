"""The waitlist: order, promotion, offers, places."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_app.lifecycle.update import update_session
from sessions_app.models import Mail, Registration, Session, SessionDuty
from sessions_app.registrations import waitlist
from sessions_app.registrations.waitlist import fill_free_seats, positions, resume
from tests.sessions_app import factories
from tests.sessions_app.registrations.people import counters, enter, statuses

pytestmark = pytest.mark.django_db


def raised(session: Session, seats: int) -> Session:
    """The session with more seats."""
    session.refresh_from_db()
    session.max_participants = seats
    session.save(update_fields=["max_participants"])
    return session


def test_free_seats_go_to_who_waits_longest(account):
    session = factories.session(account, max_participants=1)
    enter(session, "a", "b", "c", "d")
    promoted = fill_free_seats(raised(session, 3))
    assert [each.user_id for each in promoted] == ["b", "c"]
    assert counters(session) == (3, 0, 1)
    assert statuses(session)["d"] == "waitlist"
    assert list(Mail.objects.filter(kind="promoted").values_list("to", flat=True)) == [
        "b@example.com",
        "c@example.com",
    ]


def test_promotion_of_many_takes_few_queries(account, django_assert_max_num_queries):
    session = factories.session(account, max_participants=1)
    enter(session, *(f"p{number}" for number in range(30)))
    raised(session, 30)
    # The waiting, their update, the counters, the events, the mails.
    with django_assert_max_num_queries(5):
        assert len(fill_free_seats(session)) == 29


def test_many_are_promoted_in_batches(account, monkeypatch):
    monkeypatch.setattr(waitlist, "BATCH", 4)
    session = factories.session(account, max_participants=1)
    enter(session, *(f"p{number}" for number in range(12)))
    promoted = fill_free_seats(raised(session, 11))
    assert [each.user_id for each in promoted] == [f"p{number}" for number in range(1, 11)]
    assert counters(session) == (11, 0, 1)


def test_nothing_happens_without_a_seat_or_after_the_end(account):
    session = factories.session(account, max_participants=1)
    enter(session, "a", "b")
    session.refresh_from_db()
    assert fill_free_seats(session) == []
    Session.objects.update(status="ended", max_participants=5)
    session.refresh_from_db()
    assert fill_free_seats(session) == []


def test_an_offer_keeps_the_seat_for_a_time(account):
    session = factories.session(account, max_participants=1, waitlist_mode="offer", offer_minutes=30)
    enter(session, "a", "b", "c")
    (offered,) = fill_free_seats(raised(session, 2))
    assert counters(session) == (1, 1, 1)
    assert offered.offer_expires_at - offered.offered_at == timedelta(minutes=30)
    duty = SessionDuty.objects.get(kind="offer")
    assert (duty.slot, duty.due_at) == (str(offered.pk), offered.offer_expires_at)
    assert Mail.objects.filter(kind="offered").get().to == "b@example.com"


def test_an_offer_ends_at_the_start_and_later_seats_are_given_at_once(account):
    at = timezone.now() + timedelta(minutes=10)
    session = factories.session(account, max_participants=1, waitlist_mode="offer", scheduled_at=at)
    enter(session, "a", "b", "c")
    (offered,) = fill_free_seats(raised(session, 2))
    assert offered.offer_expires_at == session.scheduled_at
    session.scheduled_at = timezone.now()
    session.max_participants = 3
    session.save()
    (given,) = fill_free_seats(session)
    assert (given.user_id, given.status) == ("c", "registered")


def test_positions_count_who_waits_before(account, django_assert_num_queries):
    session = factories.session(account, max_participants=1)
    people = enter(session, *"abcdef")
    Registration.objects.filter(user_id="c").update(status="cancelled")
    asked = [people[0], people[1], people[3], people[5]]
    with django_assert_num_queries(1):
        assert positions(session.pk, asked) == {people[1].pk: 1, people[3].pk: 2, people[5].pk: 4}
    with django_assert_num_queries(0):
        assert positions(session.pk, people[:1]) == {}


def test_a_restored_session_renews_its_offers_and_fills_its_seats(account):
    session = factories.session(account, max_participants=1, waitlist_mode="offer")
    enter(session, "a", "b", "c")
    (offered,) = fill_free_seats(raised(session, 2))
    Registration.objects.filter(pk=offered.pk).update(offer_expires_at=timezone.now())
    SessionDuty.objects.update(state="done")
    raised(session, 3)
    resume(session)
    offered.refresh_from_db()
    assert offered.offer_expires_at > timezone.now() + timedelta(hours=11)
    assert list(SessionDuty.objects.values_list("state", flat=True)) == ["pending", "pending"]
    assert counters(session) == (1, 2, 0)


def test_an_earlier_time_shortens_offers(account):
    session = factories.session(account, max_participants=1, waitlist_mode="offer")
    enter(session, "a", "b")
    (offered,) = fill_free_seats(raised(session, 2))
    later = session.scheduled_at + timedelta(days=1)
    update_session(session.pk, factories.key_caller(account), {"scheduled_at": later})
    assert SessionDuty.objects.get(kind="offer").due_at == offered.offer_expires_at
    earlier = timezone.now() + timedelta(hours=1)
    update_session(session.pk, factories.key_caller(account), {"scheduled_at": earlier})
    offered.refresh_from_db()
    assert offered.offer_expires_at == earlier == SessionDuty.objects.get(kind="offer").due_at
