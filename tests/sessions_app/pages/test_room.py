"""The page of a registered person, and the way into the room."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sessions_app.models import Session
from tests.sessions_app.factories import registration, session
from tests.sessions_app.pages.support import link, send, text


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("registered", "You are registered."),
        ("pending", "The host will decide"),
        ("offered", "A seat is kept for you"),
        ("declined", "The host has declined"),
        ("cancelled", "Your registration is cancelled."),
    ],
)
def test_where_a_person_stands(account, client, status, said):
    page = client.get(link("join", registration(session(account), status=status)))
    assert said in text(page) and ("Cancel my registration" in text(page)) == (
        status in ("registered", "pending", "offered")
    )
    assert "Join the session" not in text(page)


@pytest.mark.parametrize(("status", "said"), [("cancelled", "was cancelled"), ("ended", "has ended")])
def test_a_session_that_is_over(account, client, status, said):
    page = client.get(link("join", registration(session(account, status=status))))
    assert f"This session {said}." in text(page) and "Cancel my registration" not in text(page)


@pytest.mark.django_db(transaction=True)
def test_enter_the_room(account, rooms, client):
    made = session(account, scheduled_at=timezone.now() + timedelta(minutes=5))
    anna = registration(made, name="Anna")
    page = client.get(link("join", anna))
    assert "Join the session" in text(page)
    made.refresh_from_db()
    assert made.call_id is None  # looking makes no room
    room = send(client, link("join", anna))
    made.refresh_from_db()
    assert room.status_code == 200 and str(made.call_id) in text(room)
    assert "The room is open" in text(room) and "ey" in text(room)
    assert room.headers["Cache-Control"] == "no-store"


def test_too_early_and_without_a_seat(account, client):
    made = session(account)
    answer = send(client, link("join", registration(made)))
    assert answer.status_code == 200  # there is no form yet
    waits = registration(made, user_id="ben", status="waitlist", waitlist_number=1)
    Session.objects.filter(pk=made.pk).update(scheduled_at=timezone.now())
    assert "Join the session" not in text(client.get(link("join", waits)))


@pytest.mark.django_db(transaction=True)
def test_without_a_provider(account, client):
    made = session(account, scheduled_at=timezone.now() + timedelta(minutes=5))
    answer = send(client, link("join", registration(made)))
    assert answer.status_code == 503 and "cannot be opened now" in text(answer)


def test_the_calendar_file_of_a_session_that_is_not_public(account, client):
    made = session(account, is_public=False, title="For us")
    anna = registration(made)
    page = client.get(link("join", anna)).content.decode()
    path = re.search(r'href="([^"]+\.ics)"', page)
    assert path and f"/sessions/{made.pk}" not in page  # which is 404
    file = client.get(path.group(1))
    assert file.status_code == 200 and file.headers["Content-Type"].startswith("text/calendar")
    assert b"SUMMARY:For us" in file.content and link("join", anna).encode() in unfolded(file.content)
    assert client.get(link("cancel", anna) + ".ics").status_code == 404
    assert client.get(f"/sessions/{made.pk}.ics").status_code == 404


def unfolded(content: bytes) -> bytes:
    return content.replace(b"\r\n ", b"")
