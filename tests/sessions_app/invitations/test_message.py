"""Messages: subject, text, HTML and headers of each kind."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.invitations.message import Letter, build, greeting_name
from sessions_app.invitations.precedence import Place
from sessions_app.models import Mail, Registration, Session
from tests.sessions_app.calendars import calendar_of, parts, wire

Kind = Mail.Kind
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
AT = NOW + timedelta(days=1)
BEFORE = NOW - timedelta(days=9)
INVITED = Place(waits=False, sequence=2, is_overtaken=False, was_invited=True)


def letter(
    kind, *, status="registered", place=INVITED, details=None, title="Office hours", name="Anna", **session
):
    defaults = {
        "title": title,
        "host_id": "host-1",
        "scheduled_at": AT,
        "duration_minutes": 45,
        "timezone": "UTC",
    }
    row = Session(account_id=UUID(int=1), updated_at=BEFORE, **(defaults | session))
    person = Registration(
        session=row, person_key="user:anna", name=name, status=status, timezone="Europe/Berlin",
        offer_expires_at=NOW + timedelta(hours=2), email="anna@example.com",
    )  # fmt: skip
    mail = Mail(
        session=row,
        registration=person,
        kind=kind,
        cause="once",
        number=1,
        to=person.email,
        details=details or {},
    )
    return Letter(mail, "Dr. Hale", place, NOW)


def text_of(message):
    return message.body


def html_of(message):
    return message.alternatives[0].content


@pytest.mark.parametrize("kind", Kind.values)
def test_every_kind_has_a_subject_a_text_and_html(kind):
    message = build(letter(kind))
    assert "Office hours" in message.subject
    assert "\n" not in message.subject
    for shown in (text_of(message), html_of(message)):
        assert "Office hours" in shown
        assert "Tuesday, 24 November 2026, 18:00 to 18:45 (Europe/Berlin, UTC+01:00)" in shown
        assert "Dr. Hale" in shown
        assert "Hello Anna" in shown
        assert "{" not in shown.replace("{{", "").split("<body", 1)[-1]


@pytest.mark.parametrize("kind", Kind.values)
def test_only_what_invites_or_takes_back_has_a_calendar_entry(kind):
    calendar = calendar_of(build(letter(kind)))
    if kind in Mail.INVITING:
        assert calendar["METHOD"] == "REQUEST"
    elif kind in Mail.CANCELLING:
        assert calendar["METHOD"] == "CANCEL"
    else:
        assert calendar is None


@pytest.mark.parametrize("kind", [Kind.RESCHEDULED, Kind.CHANGED, Kind.RESTORED])
def test_who_has_no_seat_is_told_without_an_invitation(kind):
    message = build(letter(kind, status="waitlist"))
    assert calendar_of(message) is None
    assert "seat is kept" not in text_of(message)


def test_a_cancellation_names_its_reason_and_takes_back_only_what_was_sent():
    never = Place(waits=False, sequence=2, is_overtaken=False, was_invited=False)
    message = build(letter(Kind.CANCELLED, place=never, details={"reason": "The host\r\nis ill."}))
    assert "Reason: The host is ill." in text_of(message)
    assert calendar_of(message) is None


def test_a_cancellation_without_a_reason_names_none():
    message = build(letter(Kind.CANCELLED, end_reason="The session was cancelled."))
    assert "Reason" not in text_of(message) + html_of(message)


def test_an_offer_has_a_link_to_accept_and_one_to_decline():
    message = build(letter(Kind.OFFERED, status="offered"))
    for shown in (text_of(message), html_of(message)):
        assert "/sessions/accept/" in shown
        assert "/sessions/decline/" in shown
        assert "until Monday, 23 November 2026, 20:00 (Europe/Berlin, UTC+01:00)" in shown


def test_a_reschedule_names_the_former_time():
    message = build(letter(Kind.RESCHEDULED, details={"previous_scheduled_at": "2026-11-20T10:00:00+00:00"}))
    assert "planned for Friday, 20 November 2026, 11:00 (Europe/Berlin, UTC+01:00)" in text_of(message)


@pytest.mark.parametrize("odd", [None, 7, "yesterday", "2026-11-20T10:00:00", "2026-99-99T10:00:00Z"])
def test_odd_details_break_no_mail(odd):
    message = build(letter(Kind.RESCHEDULED, details={"previous_scheduled_at": odd}))
    assert "planned for" not in text_of(message)


def test_a_reminder_says_how_long_is_left_now():
    message = build(letter(Kind.REMINDER, details={"minutes": 60}))
    assert message.subject == "Reminder: Office hours starts in 24 hours"
    assert "/sessions/join/" in text_of(message)


def test_a_recording_is_linked_afterwards():
    message = build(letter(Kind.THANKS, status="registered", recording_url="https://r.example/1"))
    assert "https://r.example/1" in text_of(message)
    assert "List-Unsubscribe" in message.extra_headers, "the session of this test has not ended"


def test_what_is_over_has_no_link_to_cancel():
    message = build(letter(Kind.MISSED, status="cancelled"))
    assert "List-Unsubscribe" not in message.extra_headers
    assert "/sessions/cancel/" not in text_of(message) + html_of(message)


def test_the_headers_are_those_of_a_machine():
    headers = build(letter(Kind.REGISTERED)).extra_headers
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe"].startswith("<http://127.0.0.1:9/sessions/cancel/")
    first, second = (letter(Kind.REGISTERED) for _ in range(2))
    assert build(first).extra_headers["Message-ID"] == build(first).extra_headers["Message-ID"]
    assert build(first).extra_headers["Message-ID"] != build(second).extra_headers["Message-ID"]


def test_html_shows_what_was_written_and_runs_nothing():
    message = build(letter(Kind.REGISTERED, title="<script>alert(1)</script> & more", name="<b>Anna"))
    assert "<script" not in html_of(message)
    assert "&lt;script&gt;" in html_of(message)
    assert "<script>alert(1)</script> & more" in text_of(message)


@pytest.mark.parametrize(("name", "greeted"), [
    ("Anna", "Anna"), ("Dr. Anna Hale", "Dr. Anna Hale"), ("J. R. Ewing", "J. R. Ewing"), ("Zoë  O’Neil", "Zoë O’Neil"),
    ("evil.example", ""), ("http://evil", ""), ("anna@evil", ""), ("win at evil.example now", ""), ("x" * 61, ""), ("", ""),
])  # fmt: skip
def test_nobody_is_greeted_with_an_address(name, greeted):
    assert greeting_name(name) == greeted


TEXTS = st.text(max_size=200)


@given(title=TEXTS, name=TEXTS, reason=TEXTS, description=TEXTS)
def test_no_text_becomes_a_header_or_a_part(title, name, reason, description):
    made = letter(Kind.CANCELLED, title=title, name=name, details={"reason": reason}, description=description)
    message = build(made)
    parsed, plain = wire(message), wire(build(letter(Kind.CANCELLED)))
    assert [key for key, _ in parsed.items()] == [key for key, _ in plain.items()]
    assert [part.get_content_type() for part in parsed.walk()] == [
        part.get_content_type() for part in plain.walk()
    ]
    assert parsed["To"] == "anna@example.com"
    assert len(parts(message, "text/html")) == 1
