"""Emergency stop and auto-end rules in the admin."""

import json
from datetime import timedelta

from django.utils import timezone

from calls.models import AutoEndRule, Call, Operation
from liveplatform.admin.models import StaffOperation
from tests.support.admin_pages import act, choose, confirm
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
    assert not rule.is_enabled, "a new rule ends nothing before it was confirmed"
    act(staff, "calls/autoendrule", "enable", rule)
    rule.refresh_from_db()
    assert rule.is_enabled
    changed = {**sent, "code": "quality_control", "filter": json.dumps(rule.filter)}
    staff.post(f"/admin/calls/autoendrule/{rule.pk}/change/", changed | {"name": "older"})
    rule.refresh_from_db()
    assert rule.is_enabled, "its calls are the same"
    staff.post(f"/admin/calls/autoendrule/{rule.pk}/change/", changed | {"filter": "{}", "min_age": 61})
    staff.post(f"/admin/calls/autoendrule/{rule.pk}/change/", changed | {"min_age": 61})
    rule.refresh_from_db()
    assert not rule.is_enabled, "it would end other calls"


def test_enabling_a_rule_wants_the_number_of_its_calls(staff, account):
    old = timezone.now() - timedelta(hours=1)
    Call.objects.bulk_create(
        Call(account=account, channel="phone", status="live", is_test=True, started_at=old)
        for _ in range(101)
    )
    rule = AutoEndRule.objects.create(
        account=account,
        tenant_key=account.pk,
        name="old",
        filter={"is_test": True},
        min_age=60,
        state="skipped",
    )
    asked = choose(staff, "calls/autoendrule", "enable", rule)
    assert "101" in asked.content.decode()
    confirm(staff, asked, number="1")
    rule.refresh_from_db()
    assert not rule.is_enabled
    confirm(staff, choose(staff, "calls/autoendrule", "enable", rule), number="101")
    drain(StaffOperation)
    rule.refresh_from_db()
    assert rule.is_enabled
