"""The calendar feed of a person, and the calendar file of a session."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from ical.calendar_stream import IcsCalendarStream

from liveplatform.accounts.models import Account
from sessions_app.invitations.links import feed_token, make_link, make_token
from tests.sessions_app import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(account):
    return factories.session(
        account, timezone="Europe/Berlin", description="All about it.", duration_minutes=30
    )


@pytest.fixture
def anna(session):
    return factories.registration(session, user_id="anna")


def get(registration, **headers):
    path = make_link("feed", registration).removeprefix("http://127.0.0.1:9")
    return Client().get(path, headers=headers)


def entries(answer):
    assert answer.status_code == 200, answer.content
    return {
        e.uid: e.status.value for e in IcsCalendarStream.calendar_from_ics(answer.content.decode()).events
    }


def test_a_feed_has_the_sessions_of_its_person_and_account_only(anna, account):
    other = factories.session(account)
    factories.registration(other, user_id="ben")
    stranger = Account.objects.create(name="another")
    factories.registration(factories.session(stranger), user_id="anna")

    assert entries(get(anna)) == {str(anna.session_id): "CONFIRMED"}


def test_a_feed_tells_places_and_cancellations_apart(anna, account):
    def row(place, **fields):
        session = factories.session(account, **fields)
        factories.registration(session, user_id="anna", status=place, cancelled_at=timezone.now())
        return str(session.pk)

    expected = {
        str(anna.session_id): "CONFIRMED",
        row("waitlist"): "TENTATIVE",
        row("cancelled"): "CANCELLED",
        row("registered", status="cancelled"): "CANCELLED",
        row("registered", status="ended", scheduled_at=timezone.now() - timedelta(days=2)): "CONFIRMED",
    }
    row("registered", scheduled_at=timezone.now() - timedelta(days=40))
    row("declined")

    assert entries(get(anna)) == expected


def test_who_registered_again_has_one_entry(anna):
    anna.status, anna.cancelled_at = "cancelled", timezone.now()
    anna.save()
    factories.registration(anna.session, user_id="anna")

    assert entries(get(anna)) == {str(anna.session_id): "CONFIRMED"}


def test_a_calendar_that_has_it_gets_it_again_only_when_it_changed(anna):
    first = get(anna)
    assert get(anna, **{"If-None-Match": first["ETag"]}).status_code == 304
    assert first["Cache-Control"] == "private, max-age=300"
    anna.session.title = "Another"
    anna.session.save()
    assert get(anna, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_a_feed_has_no_attendees(anna):
    assert b"ATTENDEE" not in get(anna).content
    assert b"/sessions/join/" in get(anna).content.replace(b"\r\n ", b"")


@pytest.mark.parametrize("token", ["x", "x.y", "ä.ö", "a" * 3000])
def test_any_other_token_is_not_found(db, token):
    assert Client().get(f"/sessions/feed/{token}.ics").status_code == 404


def test_a_link_of_another_kind_is_no_feed(anna):
    assert Client().get(f"/sessions/feed/{make_token('join', anna.pk)}.ics").status_code == 404


def test_a_closed_account_has_no_feeds(anna, account):
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert get(anna).status_code == 404


def test_a_feed_is_limited_by_itself(anna):
    answers = [get(anna).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    assert int(get(anna)["Retry-After"]) > 0
    ben = factories.registration(anna.session, user_id="ben")
    assert get(ben).status_code == 200


def test_nobody_has_an_empty_calendar(account):
    answer = Client().get(f"/sessions/feed/{feed_token(account.pk, 'user:nobody')}.ics")
    assert entries(answer) == {}
    assert Client().post(f"/sessions/feed/{feed_token(account.pk, 'user:nobody')}.ics").status_code == 405


def test_statements_do_not_grow_with_the_sessions(anna, account, django_assert_max_num_queries):
    for _ in range(10):
        factories.registration(factories.session(account), user_id="anna")
    assert anna.session
    with django_assert_max_num_queries(3):
        assert len(entries(get(anna))) == 11
