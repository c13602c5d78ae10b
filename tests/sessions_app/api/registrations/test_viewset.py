"""Registrations over REST."""

from uuid import uuid4

import pytest

from sessions_app.models import Registration, Session
from sessions_app.registrations.approval import MAX_AT_ONCE
from tests.sessions_app import factories

Status = Registration.Status


@pytest.fixture
def session(account) -> Session:
    return factories.session(account, max_participants=1, host_id="host")


@pytest.fixture
def ask(api, session):
    """Requests about the session, for a user."""

    def ask(method, path="", body=None, user="anna"):
        headers = {"X-User-Id": user} if user else {}
        return api(method, f"/v1/sessions/{session.pk}/registrations{path}", body, **headers)

    return ask


def test_a_user_registers_and_repeats(ask, session):
    answer = ask("POST", body={"name": "Anna", "email": "anna@example.com", "timezone": "Europe/Berlin"})
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert (shown["user_id"], shown["status"], shown["state"]) == ("anna", "registered", "registered")
    assert shown["waitlist_position"] is None and shown["cancelled_at"] is None
    assert ask("POST").json() == shown
    assert ask("GET", "/me").json() == shown
    assert ask("GET", f"/{shown['id']}").json() == shown


def test_who_waits_sees_the_place(ask):
    assert [ask("POST", user=user).json()["waitlist_position"] for user in ("a", "b", "c")] == [None, 1, 2]
    ask("DELETE", "/me", user="b")
    assert ask("GET", "/me", user="c").json()["waitlist_position"] == 1


def test_a_cancellation_frees_the_seat_for_the_next(ask, session):
    ask("POST")
    waiting = ask("POST", user="ben").json()
    assert waiting["status"] == "waitlist"
    own = ask("GET", "/me").json()["id"]
    assert ask("DELETE", f"/{own}").status_code == 204
    assert ask("DELETE", f"/{own}").status_code == 204
    assert ask("POST", f"/{own}/cancel").json()["status"] == "cancelled"
    assert ask("GET", "/me").status_code == 404
    assert ask("GET", "/me", user="ben").json()["status"] == "registered"
    session.refresh_from_db()
    assert (session.registered_count, session.waitlist_count) == (1, 0)


def test_an_offer_is_accepted_or_declined(ask, session):
    Session.objects.update(waitlist_mode="offer")
    ids = {user: ask("POST", user=user).json()["id"] for user in ("anna", "ben", "carl")}
    assert ask("POST", f"/{ids['ben']}/accept", user="ben").json()["error"] == "wrong_state"
    ask("DELETE", "/me")
    offered = ask("GET", "/me", user="ben").json()
    assert (offered["state"], offered["status"]) == ("offered", "waitlist") and offered["offer_expires_at"]
    assert ask("POST", f"/{ids['ben']}/decline", user="ben").json()["state"] == "cancelled"
    assert ask("POST", f"/{ids['carl']}/accept", user="carl").json()["state"] == "registered"
    assert ask("POST", f"/{ids['carl']}/accept", user="carl").status_code == 200


def test_hosts_see_and_filter_the_roster(ask):
    for user in ("anna", "ben", "carl"):
        ask("POST", user=user)
    page = ask("GET", "?limit=2", user="").json()
    assert [row["user_id"] for row in page["registrations"]] == ["carl", "ben"]
    assert [row["waitlist_position"] for row in page["registrations"]] == [2, 1]
    (last,) = ask("GET", f"?limit=2&cursor={page['next_cursor']}", user="").json()["registrations"]
    assert (last["user_id"], last["waitlist_position"]) == ("anna", None)
    waiting = ask("GET", "?status=waitlist", user="").json()["registrations"]
    assert len(waiting) == 2
    assert ask("GET", "?status=nothing", user="").status_code == 400


def test_hosts_approve_and_deny(ask, session):
    Session.objects.update(requires_approval=True)
    ids = [ask("POST", user=user).json()["id"] for user in ("anna", "ben", "carl")]
    approved = ask("POST", "/approve", {"registration_ids": ids[:2]}, user="").json()["registrations"]
    assert [row["state"] for row in approved] == ["registered", "waitlist"]
    assert approved[1]["waitlist_position"] == 1
    (denied,) = ask("POST", "/deny", {"registration_ids": ids[2:]}, user="").json()["registrations"]
    assert (denied["state"], denied["status"]) == ("declined", "cancelled")
    assert ask("POST", "/approve", {"registration_ids": [str(uuid4())]}, user="").status_code == 404
    for count in (0, MAX_AT_ONCE + 1):
        many = {"registration_ids": [str(uuid4()) for _ in range(count)]}
        assert ask("POST", "/approve", many, user="").status_code == 400


def test_a_key_names_the_user(ask):
    answer = ask("POST", user="")
    assert answer.status_code == 400 and "X-User-Id" in answer.json()["message"]
    assert ask("GET", "/me", user="").status_code == 400


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"email": "no address"}, "email"),
        ({"email": "a@example.com\r\nBcc: b@example.com"}, "email"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"answers": []}, "answers"),
        ({"answers": {"unknown": 1}}, "answers"),
        ({"role": "host"}, "role"),
    ],
)
def test_bad_input_is_named(ask, body, name):
    answer = ask("POST", body=body)
    assert (answer.status_code, answer.json()["error"]) in [(400, "validation_error"), (400, "invalid_json")]
    assert name in answer.json()["message"] or "NUL" in answer.json()["message"]


def test_full_and_over_are_told(ask, session):
    Session.objects.update(status="ended")
    answer = ask("POST")
    assert (answer.status_code, answer.json()["error"]) == (412, "wrong_state")
