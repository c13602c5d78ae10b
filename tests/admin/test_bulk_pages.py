"""Acts on many rows: the page shows what it counted, wants the number typed, and acts on exactly these rows."""

from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client

from calls.models import Call, Operation, Step
from liveplatform.accounts.keys import make_key
from liveplatform.accounts.models import Account
from liveplatform.admin.models import StaffAction, StaffOperation
from liveplatform.webhooks.models import Delivery, Endpoint, Event
from tests.support.admin_pages import act, choose, confirm
from tests.support.draining import drain
from tests.support.factories import phone_call

MANY = 130
ACTS = [
    (model, action)
    for model in admin.site._registry
    for action in getattr(admin.site.get_model_admin(model), "bulk_actions", ())
]


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("alice"))
    return client


@pytest.fixture
def failed(account) -> list[Delivery]:
    return failed_deliveries(account, MANY)


def failed_deliveries(account: Account, count: int, **fields) -> list[Delivery]:
    endpoint = Endpoint.objects.create(account=account, url="https://x.example/", sealed_secret="x", **fields)
    events = [
        Event(account=account, subject_id=uuid4(), sequence=n, type="call.ended", body="{}")
        for n in range(count)
    ]
    Event.objects.bulk_create(events)
    rows = [
        Delivery(account=account, event=event, endpoint=endpoint, state="failed", due_at=None)
        for event in events
    ]
    return Delivery.objects.bulk_create(rows)


def select_all(staff: Client) -> object:
    one = Delivery.objects.first()
    return choose(staff, "webhooks/delivery", "resend", one, select_across="1")


def test_select_all_acts_on_what_the_page_counted_and_on_nothing_that_came_later(staff, account, failed):
    page = select_all(staff)
    text = page.content.decode()
    assert "Send again: 130 deliveries" in text and "failed: 130" in text and "tenant: 130" in text
    (late,) = failed_deliveries(account, 1, description="late")
    assert Delivery.objects.filter(state="failed").count() == MANY + 1, "nothing is done yet"
    assert confirm(staff, page).status_code == 200
    drain(StaffOperation)
    assert list(Delivery.objects.filter(state="failed")) == [late]
    operation = StaffOperation.objects.get()
    assert (operation.position, operation.changed, operation.state) == (MANY, MANY, "done")


@pytest.mark.parametrize("typed", ["", "13", "131", "all"])
def test_more_than_a_hundred_want_their_number_typed(staff, failed, typed):
    page = select_all(staff)
    assert "Type 130 to go on" in page.content.decode()
    assert confirm(staff, page, number=typed).status_code == 400
    assert not StaffOperation.objects.exists() and not StaffAction.objects.filter(rows=MANY).exists()
    assert Delivery.objects.filter(state="failed").count() == MANY


def test_the_list_selects_no_more_than_it_counts(staff, failed, monkeypatch):
    monkeypatch.setattr("liveplatform.admin.bulk.MAX_ROWS", 7)
    confirm(staff, select_all(staff))
    assert Delivery.objects.filter(state="pending").count() == 7
    assert StaffOperation.objects.get().ids == [row.pk for row in failed[::-1][:7]], (
        "the newest, as in the list"
    )


def test_an_act_on_two_accounts_is_two_operations_and_two_records(staff, account):
    other = Account.objects.exclude(pk=account.pk).get()
    rows = [*failed_deliveries(account, 2), *failed_deliveries(other, 1)]
    assert "3 changed" in act(staff, "webhooks/delivery", "resend", *rows)
    recorded = StaffAction.objects.filter(verb="Send again")
    assert {(one.account_id, one.rows, one.actor) for one in recorded} == {
        (account.pk, 2, "staff:alice"),
        (other.pk, 1, "staff:alice"),
    }
    assert StaffOperation.objects.count() == 2


def test_calls_end_by_an_operation_of_calls_on_the_frozen_ids(staff, account):
    calls = [phone_call(account) for _ in range(3)]
    page = choose(staff, "calls/call", "end_calls", *calls[:2])
    assert "live: 2" in page.content.decode()
    assert Call.objects.filter(account=account, ended_at=None).count() == 3
    confirm(staff, page)
    drain(Operation)
    assert list(Call.objects.filter(account=account, ended_at=None)) == [calls[2]]
    record = StaffAction.objects.get(verb="End these calls")
    assert set(record.subjects) == {calls[0].pk, calls[1].pk}
    assert record.detail == {"operation": str(Operation.objects.get().pk)}


def test_failed_deliveries_of_an_endpoint_are_sent_again_after_the_page_counted_them(staff, account, failed):
    endpoint = failed[0].endpoint
    page = choose(staff, "webhooks/endpoint", "recover", endpoint)
    assert "Send again: 130 deliveries" in page.content.decode()
    assert not Delivery.objects.exclude(state="failed").exists()


def test_enabling_an_endpoint_counts_the_deliveries_that_it_sends(staff, account):
    rows = failed_deliveries(account, MANY, is_enabled=False)
    Delivery.objects.update(state="skipped")
    page = choose(staff, "webhooks/endpoint", "enable", rows[0].endpoint)
    assert "Type 130 to go on" in page.content.decode()
    assert confirm(staff, page, number="1").status_code == 400
    assert not Endpoint.objects.get(pk=rows[0].endpoint_id).is_enabled


def test_an_operation_that_is_cancelled_does_no_more_rows(staff, failed):
    confirm(staff, select_all(staff))
    act(staff, "staff/staffoperation", "cancel", StaffOperation.objects.get())
    drain(StaffOperation)
    assert Delivery.objects.filter(state="failed").count() == MANY


@pytest.mark.parametrize(
    ("model", "action"),
    ACTS,
    ids=lambda value: getattr(value, "name", value._meta.model_name if hasattr(value, "_meta") else ""),
)
def test_an_act_takes_its_permission(account, model, action):
    user = User.objects.create_user("bob", is_staff=True)
    label, codename = action.permission.split(".")
    every = Permission.objects.filter(content_type__app_label__in=("staff", "calls", "accounts", "webhooks"))
    user.user_permissions.set(every.exclude(content_type__app_label=label, codename=codename))
    client = Client()
    client.force_login(user)
    path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    assert f'value="{action.name}"' not in client.get(path).content.decode()
    assert client.post(f"{path}act/{action.name}/", {"ids": str(account.pk)}).status_code == 403


@pytest.mark.parametrize("ids", ["", "x", "'; --", "1,2"])
def test_ids_that_are_none_are_refused(staff, account, ids):
    answer = staff.post("/admin/calls/step/act/run_again/", {"ids": ids}, follow=True)
    assert answer.status_code in (200, 404)
    assert staff.get("/admin/calls/step/act/nonsense/").status_code == 404
    assert not StaffOperation.objects.exists()


def test_a_step_is_shown_on_its_calls_page(staff, account):
    call = phone_call(account, ended_at="2026-01-01T00:00:00Z")
    step = Step.objects.create(call=call, kind="analyse", state="failed", due_at=None)
    act(staff, "calls/step", "run_again", step)
    assert "Run again" in staff.get(f"/admin/calls/call/{call.pk}/change/").content.decode()
    assert StaffAction.objects.get(verb="Run again").subjects == [step.pk, call.pk]


def test_pages_about_endpoints_and_keys_name_kinds(staff, account):
    on = Endpoint.objects.create(account=account, url="https://x.example/", sealed_secret="x")
    off = Endpoint.objects.create(
        account=account, url="https://y.example/", sealed_secret="x", is_enabled=False
    )
    text = choose(staff, "webhooks/endpoint", "enable", on, off).content.decode()
    assert "enabled: 1, not enabled: 1" in text or "not enabled: 1, enabled: 1" in text
    key, _ = make_key(account, name="one", scopes=["read:live"])
    assert "read:live: 1" in choose(staff, "accounts/apikey", "revoke", key).content.decode()
