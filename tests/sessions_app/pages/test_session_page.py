"""The public page of a session, and its form."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from liveplatform.accounts.models import Account
from sessions_app.models import Mail, Registration, SeriesRegistration, Session
from sessions_app.pages import form_tokens, session_page
from sessions_app.registrations.registrant import Registrant
from sessions_app.series.edit import edit_following
from tests.sessions_app.factories import key_caller, registration, session
from tests.sessions_app.pages.support import hidden_fields, register, send, text
from tests.sessions_app.series.support import series, sessions

QUESTIONS = [
    {"id": "why", "label": "Why?", "type": "text", "required": True, "options": []},
    {"id": "how", "label": "How?", "type": "choice", "required": False, "options": ["by bike", "on foot"]},
    {"id": "ok", "label": "Agreed?", "type": "boolean", "required": True, "options": []},
]


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def test_what_a_visitor_sees(account, client):
    made = session(
        account,
        title="Sleep <b>& you</b>",
        description="Bring <script>alert(1)</script>",
        timezone="Europe/Berlin",
        scheduled_at=timezone.now().replace(month=7, day=1, hour=16, minute=0) + timedelta(days=365),
        metadata={"host_name": "Dr. Ruiz"},
    )
    page = client.get(f"/sessions/{made.pk}")
    said = text(page)
    assert page.status_code == 200
    assert "18:00 (Europe/Berlin, UTC+02:00)" in said and "16:00 (UTC)" in said
    assert "With Dr. Ruiz" in said and "5 seats left" in said
    assert b"<b>" not in page.content and b"<script>alert" not in page.content
    assert "Set-Cookie" not in page.headers and not page.cookies
    assert page.headers["X-Frame-Options"] == "DENY" and page.headers["Cache-Control"] == "no-store"
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "unsafe" not in policy and "nonce" not in policy


def test_nothing_is_inline(account, client):
    page = client.get(f"/sessions/{session(account).pk}").content.decode()
    assert "style=" not in page and "<style" not in page and "onclick" not in page
    assert page.count("<script") == page.count("<script src=")


def test_register(account, client):
    made = session(account)
    answer = register(client, made)
    found = Registration.objects.get()
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/sessions/join/")
    assert (found.status, found.email, found.name, found.timezone, found.is_guest, found.role) == (
        "registered",
        "anna@example.com",
        "Anna",
        "America/New_York",
        True,
        "guest",
    )
    assert Mail.objects.get().kind == "registered"
    page = text(client.get(answer.headers["Location"]))
    assert "You are registered." in page and "You can join from" in page


def test_a_full_session_has_a_waitlist(account, client):
    made = session(account, max_participants=1)
    registration(made)
    page = client.get(f"/sessions/{made.pk}")
    assert "You can join the waitlist" in text(page) and "Join the waitlist" in text(page)
    answer = register(client, made)
    assert "You are on the waitlist, in place 1" in text(client.get(answer.headers["Location"]))


def test_a_host_may_approve(account, client):
    made = session(account, requires_approval=True)
    assert "The host approves every registration" in text(client.get(f"/sessions/{made.pk}"))
    answer = register(client, made)
    assert "The host will decide" in text(client.get(answer.headers["Location"]))


def test_another_with_the_same_address_learns_no_links(account, client):
    made = session(account)
    register(client, made)
    again = register(client, made, name="Eve", email="ANNA@example.com")
    assert again.status_code == 409 and "registered already" in text(again)
    assert (
        "/sessions/join/" not in again.content.decode() and "/sessions/cancel/" not in again.content.decode()
    )
    assert Registration.objects.get().name == "Anna"


def test_the_sessions_own_questions(account, client):
    made = session(account, custom_questions=QUESTIONS)
    answer = register(client, made, answer_how="by bike", answer_ok="no")
    assert answer.status_code == 400 and "This field is required" in text(answer)
    answer = register(client, made, answer_how="by plane", answer_why="x", answer_ok="no")
    assert answer.status_code == 400
    answer = register(client, made, answer_how="by bike", answer_why="To learn", answer_ok="no")
    assert answer.status_code == 302
    assert Registration.objects.get().answers == {"why": "To learn", "how": "by bike", "ok": False}


@pytest.mark.parametrize(
    "fields",
    [
        {"email": ""},
        {"email": "nobody"},
        {"email": "a@b.example\nBcc: c@d.example"},
        {"email": "a" * 300 + "@example.com"},
        {"name": ""},
        {"name": "x" * 201},
        {"name": "two\nlines"},
        {"name": "nul\0"},
        {"subject": "buy this"},
        {"form_token": ""},
        {"form_token": "x:y:z"},
        {"form_token": "x" * 5000},
    ],
)
def test_what_is_wrong_is_said_and_nothing_happens(account, client, fields):
    made = session(account)
    answer = register(client, made, **fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode() and "You are not registered yet" in text(answer)
    assert not Registration.objects.exists()


def test_an_unknown_zone_is_no_error(account, client):
    assert register(client, session(account), timezone="Mars/Olympus").status_code == 302
    assert Registration.objects.get().timezone == ""


def test_the_token_of_another_form_is_refused(account, client):
    made, other = session(account), session(account)
    for token in (form_tokens.make("register", other.pk), form_tokens.make("cancel", made.pk)):
        assert register(client, made, form_token=token).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_on_another_site_is_refused(account, client, headers):
    made = session(account)
    fields = hidden_fields(client.get(f"/sessions/{made.pk}")) | {"name": "Anna", "email": "a@example.com"}
    assert client.post(f"/sessions/{made.pk}", fields, headers=headers).status_code == 403
    assert (
        client.post(f"/sessions/{made.pk}", fields, headers={"Origin": "http://testserver"}).status_code
        == 302
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "cancelled"}, "This session was cancelled."),
        ({"status": "ended"}, "This session has ended."),
        ({"registration_closes_at": timezone.now() - timedelta(minutes=1)}, "Registration closed on"),
    ],
)
def test_when_nobody_can_register(account, client, fields, said):
    made = session(account, **fields)
    page = client.get(f"/sessions/{made.pk}")
    assert said in text(page) and "<form" not in page.content.decode()
    token = form_tokens.make("register", made.pk)
    answer = client.post(f"/sessions/{made.pk}", {"name": "A", "email": "a@example.com", "form_token": token})
    assert answer.status_code == 412 and not Registration.objects.exists()


def test_what_is_not_public_is_not_found(account, client):
    hidden = session(account, is_public=False)
    gone = session(Account.objects.create(name="gone", is_active=False))
    for path in (hidden.pk, gone.pk, uuid4(), f"{hidden.pk}.ics"):
        page = client.get(f"/sessions/{path}")
        assert page.status_code == 404 and "There is no such page" in text(page)
    assert register(client, hidden).status_code == 404


def test_a_live_session_takes_more_people(account, client):
    made = session(account, status=Session.Status.LIVE, started_at=timezone.now())
    assert "Live now" in text(client.get(f"/sessions/{made.pk}"))
    assert register(client, made).status_code == 302


def test_other_methods(account, client):
    path = f"/sessions/{session(account).pk}"
    assert client.put(path).status_code == 405 and client.delete(path).status_code == 405
    assert client.head(path).status_code == 200


def test_a_calendar_file(account, client):
    made = session(account, title="Sleep; and, more")
    answer = client.get(f"/sessions/{made.pk}.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in answer.content and b"SUMMARY:Sleep\\; and\\, more" in answer.content
    page = client.get(f"/sessions/{made.pk}").content.decode()
    assert (
        "https://calendar.google.com/calendar/render?action=TEMPLATE&amp;text=Sleep%3B%20and%2C%20more"
        in page
    )


def test_send_keeps_what_was_written(account, client):
    answer = send(client, f"/sessions/{session(account).pk}", name='Anna "A" <x>', email="wrong")
    assert 'value="Anna &quot;A&quot; &lt;x&gt;"' in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()


def test_register_for_a_whole_series(account, client):
    first = sessions(series(account))[0]
    assert "every session of this series" in text(client.get(f"/sessions/{first.pk}"))
    answer = register(client, first, whole_series="on")
    assert answer.status_code == 302 and "You are registered." in text(client.get(answer.headers["Location"]))
    assert Registration.objects.filter(status="registered", is_of_series=True).count() == 4
    assert register(client, first, whole_series="on").status_code == 409
    assert "every session" not in text(client.get(f"/sessions/{session(account).pk}"))


def test_one_session_of_a_series(account, client):
    row = series(account)
    assert register(client, sessions(row)[0]).status_code == 302
    assert Registration.objects.count() == 1
    assert register(client, sessions(row)[0], whole_series="on").status_code == 409
    assert register(client, sessions(row)[1], whole_series="on").status_code == 302
    assert Registration.objects.filter(status="registered").count() == 4


def test_a_series_that_is_split_while_somebody_registers(account):
    row = series(account)
    stale = sessions(row)[2]
    following = edit_following(row.pk, stale.pk, key_caller(account), {})
    guest = Registrant(email="anna@example.com", is_guest=True)
    session_page._add(stale, guest, is_for_series=True)
    assert SeriesRegistration.objects.get().series == following
    assert Registration.objects.filter(session__series=following).count() == 2


@pytest.mark.parametrize("address", ["01a2009e-69a9-75b9", "x" * 300, "%F0%9F%98%B4", "a%00b", "x.ics"])
def test_a_link_that_was_cut_is_answered_by_a_page(client, db, address):
    answer = client.get(f"/sessions/{address}")
    assert answer.status_code == 404
    assert "There is no such page" in text(answer)
