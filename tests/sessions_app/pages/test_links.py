"""Signed links: looking at them changes nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sessions_app.invitations.links import make_token
from sessions_app.models import Registration
from sessions_app.registrations.registrant import Registrant
from sessions_app.series.registrations import register_for_series
from tests.sessions_app.factories import key_caller, registration, session
from tests.sessions_app.pages.support import link, send, text
from tests.sessions_app.series.support import series, sessions

OFFERED = {"status": "offered", "offer_expires_at": timezone.now() + timedelta(hours=1)}


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def status(row: Registration) -> str:
    row.refresh_from_db()
    return row.status


def test_cancel(account, client):
    made = session(account, max_participants=1)
    anna = registration(made)
    ben = registration(made, user_id="ben", status="waitlist", waitlist_number=1)
    page = client.get(link("cancel", anna))
    assert "Cancel your registration?" in text(page) and status(anna) == "registered"
    assert client.head(link("cancel", anna)).status_code == 200 and status(anna) == "registered"
    answer = send(client, link("cancel", anna))
    assert answer.status_code == 302 and (status(anna), status(ben)) == ("cancelled", "registered")
    assert "Your registration is cancelled." in text(client.get(answer.headers["Location"]))
    again = client.get(link("cancel", anna), follow=True)
    assert "Your registration is cancelled." in text(again) and "Register again" in text(again)


def test_a_form_without_its_token_changes_nothing(account, client):
    anna = registration(session(account))
    assert client.post(link("cancel", anna)).status_code == 200
    assert client.post(link("cancel", anna), {"form_token": "x"}).status_code == 200
    assert status(anna) == "registered"


def test_accept_an_offer(account, client):
    anna = registration(session(account), **OFFERED)
    assert "A seat is kept for you" in text(client.get(link("accept", anna))) and status(anna) == "offered"
    send(client, link("accept", anna))
    assert status(anna) == "registered"


def test_decline_an_offer(account, client):
    anna = registration(session(account), **OFFERED)
    send(client, link("decline", anna))
    assert status(anna) == "cancelled"


def test_an_offer_that_has_ended(account, client):
    anna = registration(
        session(account), **OFFERED | {"offer_expires_at": timezone.now() - timedelta(hours=1)}
    )
    answer = send(client, link("accept", anna))
    assert answer.status_code == 412 and "The offer ended" in text(answer) and status(anna) == "offered"


@pytest.mark.parametrize("kind", ["join", "cancel", "accept", "decline"])
def test_a_link_that_is_not_good(account, client, kind):
    anna = registration(session(account))
    other = make_token("feed" if kind == "join" else "join", anna.pk)
    for token in (other, "x", "x" * 3000, make_token(kind, anna.pk)[:-2]):
        page = client.get(f"/sessions/{kind}/{token}")
        assert page.status_code == 404 and "There is no such page" in text(page)


def test_a_session_that_is_not_public_has_links_too(account, client):
    anna = registration(session(account, is_public=False))
    assert client.get(link("join", anna)).status_code == 200


def test_cancel_all_sessions_of_a_series(account, client):
    row = series(account)
    register_for_series(row.pk, Registrant(user_id="anna", email="anna@example.com"), key_caller(account))
    first = Registration.objects.filter(session=sessions(row)[0]).get()
    assert "Cancel all sessions of the series" in text(client.get(link("cancel", first)))
    send(client, link("cancel", first), whole_series="yes")
    assert set(Registration.objects.values_list("status", flat=True)) == {"cancelled"}


def test_cancel_one_session_of_a_series(account, client):
    row = series(account)
    register_for_series(row.pk, Registrant(user_id="anna", email="anna@example.com"), key_caller(account))
    first = Registration.objects.filter(session=sessions(row)[0]).get()
    send(client, link("cancel", first))
    assert Registration.objects.filter(status="registered").count() == 3 and status(first) == "cancelled"


def test_what_is_of_no_series_is_cancelled_alone(account, client):
    anna = registration(session(account))
    assert "series" not in text(client.get(link("cancel", anna)))
    send(client, link("cancel", anna), whole_series="yes")
    assert status(anna) == "cancelled"
