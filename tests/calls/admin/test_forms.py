"""Notes and rating on a call's page."""

import pytest


def test_staff_save_notes_and_a_rating(staff, ended):
    kept = staff.post(
        f"/admin/calls/call/{ended.pk}/notes/", {"notes": "Call\r\nback", "rating": "4"}, follow=True
    )
    assert "Notes and rating are saved." in kept.content.decode()
    ended.refresh_from_db()
    assert (ended.notes, ended.rating) == ("Call\nback", 4)
    act = ended.activities.get()
    assert (act.actor, act.verb, act.detail) == ("staff:alice", "noted", "notes, rating")


@pytest.mark.parametrize("sent", [{"rating": "9"}, {"rating": "x"}, {"notes": "x" * 20_001}])
def test_invalid_notes_are_refused(staff, ended, sent):
    page = staff.post(f"/admin/calls/call/{ended.pk}/notes/", sent, follow=True)
    assert page.status_code == 200 and "Notes and rating are saved." not in page.content.decode()
    assert not ended.activities.exists()


def test_a_viewer_saves_no_notes(viewer, ended):
    assert viewer.post(f"/admin/calls/call/{ended.pk}/notes/", {"notes": "x"}).status_code == 403
