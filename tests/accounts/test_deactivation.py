"""An account that is deactivated ends what it runs, or stays active; its work goes on."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from calls.metrics import unattended
from calls.models import Call, CallMonitor, Operation, Step
from liveplatform.accounts.deactivation import StillRunning, deactivate, running
from tests.calls.conftest import line
from tests.support.draining import drain
from tests.support.factories import phone_call, video_call
from tests.support.monitoring import check
from tests.support.sandbox import sandbox, sandbox_url

__all__ = ["line", "sandbox", "sandbox_url"]


@pytest.fixture
def busy(account):
    """An account with a live, a scheduled and an errored call."""
    for status in ("live", "scheduled", "errored"):
        video_call(account, status=status)
    return account


def form(account, **values) -> dict:
    return {"name": account.name, "call_join_limit": 3600, "stream_time_limit": 14400, **values}


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    return client


def change(staff, account, **values) -> str:
    answer = staff.post(f"/admin/accounts/account/{account.pk}/change/", form(account, **values), follow=True)
    account.refresh_from_db()
    return answer.content.decode()


def test_an_account_with_open_calls_stays_active(busy):
    with pytest.raises(StillRunning, match="3 open calls"):
        deactivate(busy, end_running=False, actor="test")
    busy.refresh_from_db()
    assert busy.is_active and not Operation.objects.filter(account=busy).exists()


def test_its_open_calls_are_ended_with_it_scheduled_ones_too(busy):
    over = phone_call(busy, provider_call_id="", status="ended", ended_at="2026-11-20T10:00:00Z")
    (sentence,) = deactivate(busy, end_running=True, actor="staff:ann")
    assert unattended().filter(account=busy).count() == 3, "seen until they have ended"
    drain(Operation)
    ended = Call.objects.filter(account=busy, ended_by="staff:ann")
    assert (ended.count(), running(busy.pk), unattended().count()) == (3, "", 0)
    assert {call.disconnect_reason for call in ended} == {"The account was deactivated."}
    over.refresh_from_db()
    assert over.ended_by == "" and "Operation" in sentence


def test_nothing_to_end_needs_no_choice(account):
    assert deactivate(account, end_running=False, actor="test") == []
    account.refresh_from_db()
    assert not account.is_active


def test_staff_choose_in_the_form(staff, busy):
    page = change(staff, busy)
    assert busy.is_active and "3 open calls" in page
    page = change(staff, busy, end_running="on")
    assert not busy.is_active and "ends its open calls" in page
    assert Operation.objects.get(account=busy).requested_by == "staff:staff"
    change(staff, busy, is_active="on")
    assert busy.is_active and Operation.objects.filter(account=busy).count() == 1


def test_more_than_a_hundred_calls_are_ended_once_their_number_is_typed(staff, busy):
    Call.objects.bulk_create(Call(account=busy, channel="phone", status="live") for _ in range(98))
    for typed in ("", "98"):
        page = change(staff, busy, end_running="on", typed_count=typed)
        assert busy.is_active and "Type 101 to do it" in page
    change(staff, busy, end_running="on", typed_count="101")
    assert not busy.is_active


def test_the_command_refuses_or_ends(busy, capsys):
    with pytest.raises(CommandError, match="3 open calls.*--end-running"):
        call_command("deactivate_account", busy.auth_id)
    call_command("deactivate_account", busy.auth_id, "--end-running")
    assert "is deactivated" in capsys.readouterr().out
    drain(Operation)
    assert not Call.objects.filter(account=busy, ended_at=None).exists()


def test_the_monitors_and_steps_of_an_inactive_account_go_on(line, sandbox):
    call = line.dial(time_limit=3600)
    deactivate(line.account, end_running=True, actor="test")
    assert CallMonitor.objects.filter(call=call).exists()
    line.hang_up(call)
    assert check(call).end_code == "ended_at_provider"
    for _ in range(3):
        Step.objects.filter(call=call, due_at__isnull=False).make_due()
        drain(Step)
    assert set(Step.objects.filter(call=call).values_list("state", flat=True)) <= {"done", "skipped"}
