"""Acts on sessions: who ends, cancels, restores and promotes, and what it leaves alone."""

from datetime import timedelta

from django.utils import timezone

from calls.models import Call
from liveplatform.admin.models import StaffAction, StaffOperation
from liveplatform.admin.queue import STAFF_OPERATIONS
from liveplatform.work.drain import drain
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Mail, Registration
from tests.sessions_app.factories import key_caller, registration, session
from tests.support.admin_pages import act, choose

LIST = "sessions_app/session"


def test_staff_end_live_sessions_and_their_calls(staff, account, rooms):
    live = start_session(session(account).pk, key_caller(account))
    scheduled = session(account)
    assert "1 changed" in act(staff, LIST, "end_sessions", live, scheduled)
    live.refresh_from_db()
    scheduled.refresh_from_db()
    assert (live.status, live.end_reason, scheduled.status) == ("ended", "Ended by staff", "scheduled")
    call = Call.objects.get(pk=live.call_id)
    assert (call.end_code, call.ended_by) == ("session_ended", "staff:alice")
    assert StaffAction.objects.get(verb="End").subjects == [scheduled.pk, live.pk]


def test_staff_cancel_and_take_it_back_and_all_are_told(staff, account):
    made = session(account)
    registration(made)
    act(staff, LIST, "cancel_sessions", made)
    made.refresh_from_db()
    assert (made.status, made.end_reason) == ("cancelled", "Cancelled by staff")
    act(staff, LIST, "restore_sessions", made)
    made.refresh_from_db()
    assert made.status == "scheduled"
    assert list(Mail.objects.order_by("number").values_list("kind", flat=True)) == ["cancelled", "restored"]


def test_a_session_whose_time_has_passed_is_not_restored(staff, account):
    made = session(account, status="cancelled", scheduled_at=timezone.now() - timedelta(hours=1))
    assert "0 changed" in act(staff, LIST, "restore_sessions", made)
    made.refresh_from_db()
    assert made.status == "cancelled"


def test_the_next_of_the_waitlist_is_promoted_and_a_full_session_gets_a_seat_more(staff, account):
    made = session(account, max_participants=1)
    registration(made)
    first, second = (
        registration(made, user_id=name, status="waitlist", waitlist_number=n)
        for n, name in enumerate(("ben", "cid"))
    )
    act(staff, LIST, "promote_next", made)
    made.refresh_from_db()
    assert (made.max_participants, made.registered_count, made.waitlist_count) == (2, 2, 1)
    states = dict(Registration.objects.filter(session=made).values_list("user_id", "status"))
    assert states == {"anna": "registered", "ben": "registered", "cid": "waitlist"}


def test_the_page_that_asks_counts_by_status(staff, account):
    page = choose(staff, LIST, "cancel_sessions", session(account), session(account, status="ended"))
    assert "scheduled: 1" in page.content.decode() and "ended: 1" in page.content.decode()


def test_who_may_only_view_does_nothing(viewer, account):
    made = session(account)
    for name in ("end_sessions", "cancel_sessions", "restore_sessions", "promote_next"):
        answer = viewer.post(f"/admin/{LIST}/act/{name}/", {"ids": str(made.pk)})
        assert answer.status_code == 403
    made.refresh_from_db()
    assert made.status == "scheduled"


def test_more_than_a_hundred_are_worked_off_by_workers(staff, account):
    sessions = [session(account) for _ in range(101)]
    page = choose(staff, LIST, "cancel_sessions", *sessions, select_across="0")
    assert "Type 101" in page.content.decode()
    act(staff, LIST, "cancel_sessions", *sessions)
    for _ in range(2):
        drain(STAFF_OPERATIONS)
    assert StaffOperation.objects.get().changed == 101
