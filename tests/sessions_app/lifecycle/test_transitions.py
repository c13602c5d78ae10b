"""What a change of a session's status takes along."""

from django.db import transaction

from sessions_app.lifecycle.transitions import MAX_REASON, mark_cancelled, mark_ended, open_registrations
from sessions_app.models import Registration, Session
from tests.sessions_app.factories import registration, session


def test_a_reason_is_cut_to_its_bound_and_has_a_default(account):
    first, second = session(account), session(account)
    with transaction.atomic():
        mark_cancelled(Session.lock(first.pk), "x" * 600, "test")
        mark_ended(Session.lock(second.pk), "", "test")
    first.refresh_from_db(), second.refresh_from_db()
    assert (len(first.end_reason), second.end_reason) == (MAX_REASON, "The session has ended.")


def test_those_are_told_who_have_a_seat_or_wait(account):
    row = session(account)
    for number, status in enumerate(Registration.Status):
        registration(row, user_id=f"u{number}", status=status)
    told = set(open_registrations(row).values_list("status", flat=True))
    assert told == {"pending", "registered", "waitlist", "offered"}
