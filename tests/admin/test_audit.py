"""What staff do is on record: who, what, on what, before and after without secrets; in the act's transaction."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.test import Client

from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.keys import make_key
from liveplatform.accounts.models import Connection
from liveplatform.admin.models import StaffAction
from liveplatform.webhooks.models import Delivery, Endpoint
from tests.support.admin_pages import act
from tests.support.factories import phone_call

SECRET = "a-very-secret-token"


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("alice"))
    return client


def latest() -> StaffAction:
    return StaffAction.objects.first()


def test_a_log_in_is_recorded(staff):
    assert (latest().verb, latest().actor) == ("log in", "staff:alice")


def test_passwords_and_log_outs_are_on_record(staff):
    bob = User.objects.create_user("bob", password="old", is_staff=True)
    new = {"password1": "Zq9!aaaa-bbbb", "password2": "Zq9!aaaa-bbbb", "usable_password": "true"}
    assert staff.post(f"/admin/auth/user/{bob.pk}/password/", new | {"password2": "x"}).status_code == 200
    assert latest().verb == "log in", "refused: nothing was set"
    assert staff.post(f"/admin/auth/user/{bob.pk}/password/", new).status_code == 302
    assert (latest().verb, latest().target, latest().actor) == ("set the password", "bob", "staff:alice")
    own = Client()
    own.force_login(User.objects.get(username="bob"))
    changed = {"new_password1": "Yq9!aaaa-bbbb", "new_password2": "Yq9!aaaa-bbbb"}
    assert own.post("/admin/password_change/", changed | {"old_password": "Zq9!aaaa-bbbb"}).status_code == 302
    assert (latest().verb, latest().actor) == ("change own password", "staff:bob")
    own.post("/admin/logout/")
    assert (latest().verb, latest().actor) == ("log out", "staff:bob")
    assert "aaaa" not in "".join(str(vars(act)) for act in StaffAction.objects.all())


def test_a_lock_out_is_on_record_once(db, settings):
    settings.AXES_FAILURE_LIMIT, settings.LOGIN_ATTEMPTS_PER_MINUTE = 2, 0
    User.objects.create_user("bob", password="right", is_staff=True)
    for name in ("bob", "nobody"):
        for _ in range(4):
            Client().post("/admin/login/", {"username": name, "password": "wrong"})
    (act,) = StaffAction.objects.all()
    assert (act.verb, act.target, act.actor) == ("locked out", "bob", "address:127.0.0.1")


def test_a_form_records_each_changed_field_before_and_after(staff, account):
    sent = {
        "name": "renamed",
        "is_active": "on",
        "call_time_limit": "600",
        "call_join_limit": "3600",
        "stream_time_limit": "14400",
    }
    staff.post(f"/admin/accounts/account/{account.pk}/change/", sent)
    record = latest()
    assert (record.verb, record.model, record.account_id) == ("change", "accounts.account", account.pk)
    assert record.detail["fields"]["name"] == {"before": "tenant", "after": "renamed"}
    assert record.detail["fields"]["call_time_limit"] == {"before": None, "after": 600}
    assert "renamed" in staff.get(f"/admin/staff/staffaction/{record.pk}/change/").content.decode()
    page = staff.get(f"/admin/accounts/account/{account.pk}/change/").content.decode()
    assert "Acts of staff" in page and "staff:alice" in page


def test_a_form_that_is_refused_or_changes_nothing_is_not_recorded(staff, account):
    before = StaffAction.objects.count()
    staff.post(f"/admin/accounts/account/{account.pk}/change/", {"name": ""})
    staff.post("/admin/accounts/apikey/add/", {"account": account.pk, "name": "x", "scopes": ["nonsense"]})
    assert StaffAction.objects.count() == before


def test_secrets_and_numbers_are_not_in_the_record(staff, account):
    made = upsert_connection(account, "twilio", {"account_sid": "AC1", "auth_token": "old-secret-token"})
    sent = {
        "provider": "twilio",
        "name": "call +14155550137",
        "is_default": "on",
        "options": '{"account_sid": "AC1", "phone_number": "+14155550138"}',
        "secrets": f'{{"auth_token": "{SECRET}"}}',
    }
    path = f"/admin/accounts/connection/{made.pk}/change/"
    assert "Tick this box" in staff.post(path, sent).content.decode()
    assert Connection.objects.get(pk=made.pk).credentials()["auth_token"] == "old-secret-token"
    staff.post(path, sent | {"confirm": "on"})
    assert Connection.objects.get(pk=made.pk).credentials()["auth_token"] == SECRET
    detail = str(latest().detail) + latest().target
    assert latest().detail["fields"]["secrets"] == "changed"
    assert SECRET not in detail and "4155550137" not in detail and "4155550138" not in detail


def test_a_new_key_and_its_rotation_are_recorded_without_the_key(staff, account):
    sent = {"account": account.pk, "name": "ci", "scopes": ["read:live"]}
    page = staff.post("/admin/accounts/apikey/add/", sent).content.decode()
    text = re.search(r"lp_[\w-]+", page).group()
    assert (latest().verb, latest().account_id) == ("add", account.pk)
    key, _ = make_key(account, name="other")
    act(staff, "accounts/apikey", "rotate", key)
    assert latest().verb == "Rotate" and latest().target == str(key)
    assert text.split("_")[2] not in str(list(StaffAction.objects.values()))


def test_a_deletion_is_recorded_with_what_goes_with_it_shown_first(staff, account):
    endpoint = Endpoint(account=account, url="https://x.example/", description="the hook")
    endpoint.new_secret()
    endpoint.save()
    path = f"/admin/webhooks/endpoint/{endpoint.pk}/delete/"
    assert "the hook" in staff.get(path).content.decode()
    staff.post(path, {"post": "yes"})
    assert (latest().verb, latest().target, latest().account_id) == ("delete", "the hook", account.pk)
    assert not Endpoint.objects.filter(pk=endpoint.pk).exists()


def test_every_act_on_a_calls_page_is_recorded_and_shown_there(staff, account):
    endpoint = Endpoint(account=account, url="https://x.example/")
    endpoint.new_secret()
    endpoint.save()
    call = phone_call(account)
    base = f"/admin/calls/call/{call.pk}"
    staff.post(f"{base}/notes/", {"notes": "secretly +14155550137", "rating": "4"})
    staff.post(f"{base}/end/")
    call.steps.filter(kind="analyse").update(state="failed")
    staff.post(f"{base}/step/analyse/")
    delivery = Delivery.objects.filter(account=account).first()
    staff.post(f"{base}/delivery/{delivery.pk}/")
    recorded = StaffAction.objects.filter(subjects__contains=[call.pk]).order_by("id")
    assert [one.verb for one in recorded] == ["note", "end", "run analyse again", "resend a delivery"]
    assert recorded[0].detail["fields"]["rating"] == {"before": None, "after": 4}
    assert "secretly" not in str([one.detail for one in recorded])
    page = staff.get(f"{base}/change/").content.decode()
    assert "run analyse again" in page and "resend a delivery" in page


def test_the_emergency_stop_is_recorded_on_the_account(staff, account):
    phone_call(account)
    staff.post(f"/admin/calls/operation/stop/{account.pk}/", {"reason": "fraud"})
    record = latest()
    assert (record.verb, record.rows, record.account_id) == ("emergency stop", 1, account.pk)
    assert record.detail["reason"] == "fraud"


def test_an_act_that_fails_leaves_no_record(staff, account, monkeypatch):
    call = phone_call(account)

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("calls.admin.call_acts._back", fail)
    before = StaffAction.objects.count()
    with pytest.raises(RuntimeError):
        staff.post(f"/admin/calls/call/{call.pk}/end/")
    call.refresh_from_db()
    assert StaffAction.objects.count() == before and not call.is_over


def test_the_record_is_append_only(staff):
    for change in (lambda: StaffAction.objects.update(actor="x"), lambda: StaffAction.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    record = latest()
    path = f"/admin/staff/staffaction/{record.pk}"
    assert staff.post(f"{path}/change/", {"actor": "x"}).status_code == 403
    assert staff.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert staff.get("/admin/staff/staffaction/add/").status_code == 403


def test_the_list_is_searched_by_account_and_by_row(staff, account):
    call = phone_call(account)
    staff.post(f"/admin/calls/call/{call.pk}/notes/", {"notes": "x"})
    for term in (account.pk, call.pk):
        assert "phone call" in staff.get("/admin/staff/staffaction/", {"q": str(term)}).content.decode()
