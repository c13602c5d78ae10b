"""Recurring work in the admin: listed, and run now."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import CallMonitor, RecordingSync, RoomOpening
from tests.support.admin_pages import act
from tests.support.factories import phone_call

LATER = timezone.now() + timedelta(hours=1)


@pytest.mark.parametrize("model", [CallMonitor, RecordingSync])
def test_pending_rows_are_run_now_and_settled_ones_stay(staff, account, model):
    pending, settled = (
        model.objects.create(call=phone_call(account), due_at=due_at, state=state)
        for due_at, state in ((LATER, "pending"), (None, "done"))
    )
    url = f"/admin/calls/{model._meta.model_name}/"
    assert str(pending.call_id) in staff.get(url).content.decode()
    told = act(staff, f"calls/{model._meta.model_name}", "run_now", pending, settled)
    assert "Run now: 1 changed." in told
    pending.refresh_from_db()
    settled.refresh_from_db()
    assert pending.due_at <= timezone.now()
    assert (settled.state, settled.due_at) == ("done", None)


def test_rows_are_not_added_or_deleted_here(staff, account):
    monitor = CallMonitor.objects.create(call=phone_call(account))
    assert staff.get("/admin/calls/callmonitor/add/").status_code == 403
    assert staff.post(f"/admin/calls/callmonitor/{monitor.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_room_that_was_given_up_is_deleted_again(staff, account):
    call = phone_call(account)
    rooms = {"connection": call.connection, "call_id": call.pk}
    given_up = RoomOpening.objects.create(**rooms, room_id="1", state="failed", attempts=40, max_attempts=40)
    waiting = RoomOpening.objects.create(**rooms, room_id="2", due_at=LATER)
    assert "Delete again: 1 changed." in act(staff, "calls/roomopening", "run_again", given_up, waiting)
    given_up.refresh_from_db()
    waiting.refresh_from_db()
    assert (given_up.state, given_up.max_attempts, waiting.due_at) == ("pending", 80, LATER)
