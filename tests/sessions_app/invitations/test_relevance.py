"""Which mails still hold when they are sent."""

from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.invitations.relevance import reason_to_skip
from sessions_app.models import Mail, Registration, Session

Kind = Mail.Kind
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
AT = NOW + timedelta(hours=1)
OVER = ("ended", "cancelled")


def reason(kind, *, session="scheduled", registration="registered", at=AT, cause="once", expires_at=None):
    row = Session(status=session, scheduled_at=at)
    person = Registration(session=row, status=registration, offer_expires_at=expires_at)
    return reason_to_skip(Mail(session=row, registration=person, kind=kind, cause=cause), NOW)


@pytest.mark.parametrize(
    "kind", [*Mail.INVITING, Kind.PENDING, Kind.WAITLISTED, Kind.OFFERED, Kind.OFFER_EXPIRED]
)
@pytest.mark.parametrize("status", OVER)
def test_nothing_is_said_about_the_future_of_what_is_over(kind, status):
    assert reason(kind, session=status) == f"Superseded: the session is {status}."


@pytest.mark.parametrize("kind", [Kind.CANCELLED, Kind.UNREGISTERED, Kind.THANKS, Kind.MISSED])
@pytest.mark.parametrize("status", [*OVER, "live", "scheduled"])
def test_what_has_happened_is_always_said(kind, status):
    assert reason(kind, session=status, registration="cancelled") == ""


@pytest.mark.parametrize(("kind", "status"), [
    (Kind.REGISTERED, "registered"), (Kind.PROMOTED, "registered"), (Kind.PENDING, "pending"),
    (Kind.WAITLISTED, "waitlist"), (Kind.OFFERED, "offered"), (Kind.DECLINED, "declined"),
])  # fmt: skip
def test_a_place_is_told_while_the_person_has_it(kind, status):
    for actual in Registration.Status.values:
        expected = "" if actual == status else f"Superseded: the registration is {actual}."
        assert reason(kind, registration=actual) == expected


@pytest.mark.parametrize("kind", [Kind.CHANGED, Kind.RESCHEDULED, Kind.RESTORED])
def test_changes_are_told_to_all_who_have_or_wait_for_a_place(kind):
    for status in Registration.OPEN:
        assert reason(kind, registration=status) == ""
    assert reason(kind, registration="cancelled")
    assert reason(kind, registration="declined")


def test_an_offer_is_told_until_it_expires():
    assert reason(Kind.OFFERED, registration="offered", expires_at=NOW + timedelta(seconds=1)) == ""
    assert (
        reason(Kind.OFFERED, registration="offered", expires_at=NOW) == "Superseded: the offer has expired."
    )


def test_a_reminder_is_of_the_time_that_holds_and_is_to_come():
    cause = f"{AT.isoformat()}:60"
    assert reason(Kind.REMINDER, cause=cause) == ""
    assert "moved" in reason(Kind.REMINDER, cause=cause, at=AT + timedelta(hours=1))
    assert "come" in reason(Kind.REMINDER, cause=f"{NOW.isoformat()}:60", at=NOW)
