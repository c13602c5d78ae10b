"""Provider events in the admin: outcome in the list, raw body on the event's own page, applied again."""

import gzip

import pytest

from calls.models import ProviderEvent
from tests.support.admin_pages import act
from tests.support.factories import phone_call, phone_connection


@pytest.fixture
def event(account):
    return ProviderEvent.objects.create(
        connection=phone_connection(account),
        call=phone_call(account),
        dedup_key="1",
        type="completed",
        kind="call_status",
        url="https://example.com/",
        body=b"CallStatus=completed&CallSid=CA1",
        state="skipped",
        error="The call had ended already.",
    )


def page(staff, event) -> str:
    return staff.get(f"/admin/calls/providerevent/{event.pk}/change/").content.decode()


def test_the_list_shows_the_outcome_and_links_the_call(staff, event):
    listed = staff.get("/admin/calls/providerevent/").content.decode()
    assert "The call had ended already." in listed
    assert f"/admin/calls/call/{event.call_id}/change/" in listed
    assert "CallStatus=completed" not in listed


def test_the_page_shows_the_raw_body(staff, event):
    assert "CallStatus=completed&amp;CallSid=CA1" in page(staff, event)


def test_a_compressed_body_is_described(staff, event):
    event.body = gzip.compress(b"{}")
    event.save()
    assert f"{len(event.body)} bytes of gzip" in page(staff, event)


def test_settled_events_are_applied_again(staff, event):
    act(staff, "calls/providerevent", "apply_again", event)
    event.refresh_from_db()
    assert event.state == "pending"
