"""Emergency stop and auto-end rules in the admin."""

from calls.models import AutoEndRule, Operation
from tests.support.admin_pages import act
from tests.support.draining import drain
from tests.support.factories import phone_call


def test_the_emergency_stop_asks_first_and_then_ends_every_live_call(staff, account):
    live = phone_call(account)
    assert "Emergency stop" in staff.get(f"/admin/accounts/account/{account.pk}/change/").content.decode()
    asked = staff.get(f"/admin/calls/operation/stop/{account.pk}/").content.decode()
    assert "1 calls are live" in asked
    staff.post(f"/admin/calls/operation/stop/{account.pk}/", {"reason": "fraud"})
    drain(Operation)
    live.refresh_from_db()
    assert (live.end_code, live.ended_by, live.disconnect_reason) == (
        "emergency_stop",
        "staff:alice",
        "fraud",
    )
    assert staff.get("/admin/calls/operation/").status_code == 200


def test_a_viewer_stops_nothing(viewer, account):
    live = phone_call(account)
    assert viewer.post(f"/admin/calls/operation/stop/{account.pk}/").status_code == 403
    live.refresh_from_db()
    assert not live.is_over


def test_a_rule_is_created_and_disabled(staff, account):
    sent = {"account": account.pk, "name": "old", "filter": '{"is_test": true}', "min_age": 60}
    for bad in ({"filter": '{"nonsense": 1}'}, {"filter": '{"search": " "}'}, {"name": "two\x85lines"}):
        staff.post("/admin/calls/autoendrule/add/", sent | {"code": "quality_control"} | bad)
    assert not AutoEndRule.objects.exists()
    staff.post("/admin/calls/autoendrule/add/", sent | {"code": "quality_control"})
    rule = AutoEndRule.objects.get()
    act(staff, "calls/autoendrule", "disable", rule)
    rule.refresh_from_db()
    assert not rule.is_enabled
