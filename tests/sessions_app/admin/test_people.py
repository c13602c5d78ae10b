"""Staff accept offers and cancel registrations; seats go on to those who wait."""

from datetime import timedelta

from django.utils import timezone

from tests.sessions_app.factories import registration, session
from tests.support.admin_pages import act

LIST = "sessions_app/registration"


def test_an_offer_is_accepted_for_somebody(staff, account):
    made = session(account, max_participants=1, waitlist_mode="offer")
    until = timezone.now() + timedelta(hours=1)
    offered = registration(made, status="offered", offer_expires_at=until)
    waiting = registration(made, user_id="ben", status="waitlist", waitlist_number=1)
    assert "1 changed" in act(staff, LIST, "accept_offers", offered, waiting)
    made.refresh_from_db()
    assert (made.registered_count, made.offered_count, made.waitlist_count) == (1, 0, 1)


def test_a_cancelled_seat_goes_to_the_next(staff, account):
    made = session(account, max_participants=1)
    seated = registration(made)
    waiting = registration(made, user_id="ben", status="waitlist", waitlist_number=1)
    act(staff, LIST, "cancel_registrations", seated)
    waiting.refresh_from_db()
    assert waiting.status == "registered"
