"""manage.py end_calls: which calls it ends, with which reason and code."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from calls.models import Call
from tests.support.factories import phone_call, video_call


@pytest.fixture
def call(account) -> Call:
    return phone_call(account, provider_call_id="")


def code_of(call: Call) -> str:
    return str(Call.objects.values_list("end_code", flat=True).get(pk=call.pk))


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({}, "ended_by_staff"),
        ({"everything": True}, "emergency_stop"),
        ({"code": "quality_control"}, "quality_control"),
    ],
)
def test_the_code_is_ended_by_staff_unless_all_calls_are_ended(call, chosen, code):
    ids = () if chosen.get("everything") else (str(call.pk),)
    call_command("end_calls", *ids, now=True, **chosen)
    assert code_of(call) == code


def test_a_reason_too_long_is_refused(call):
    with pytest.raises(CommandError, match="500 characters"):
        call_command("end_calls", str(call.pk), reason="x" * 501, now=True)
    call_command("end_calls", str(call.pk), reason="x" * 500, now=True)
    call.refresh_from_db()
    assert call.disconnect_reason == "x" * 500


@pytest.mark.parametrize("command", ["end_calls", "reanalyse"])
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_unknown_ids_are_named(call, command, more):
    nobody = str(uuid4())
    with pytest.raises(CommandError, match=nobody) as refused:
        call_command(
            command, str(call.pk), nobody, *more, **({"now": True} if command == "end_calls" else {})
        )
    assert str(call.pk) not in str(refused.value)


def test_calls_beside_an_unknown_id_are_ended(call):
    with pytest.raises(CommandError):
        call_command("end_calls", str(call.pk), str(uuid4()), now=True)
    assert code_of(call) == "ended_by_staff"


def test_a_call_of_another_account_is_unknown_in_this_one(call, account):
    elsewhere = Call.objects.exclude(account=account).first()
    with pytest.raises(CommandError, match=f"in this account: {elsewhere.pk}"):
        call_command("end_calls", str(elsewhere.pk), account=account.name, now=True)
    elsewhere.refresh_from_db()
    assert not elsewhere.is_over


@pytest.mark.parametrize("command", ["end_calls", "reanalyse"])
def test_an_empty_time_range_is_refused(account, command):
    with pytest.raises(CommandError, match="before"):
        call_command(command, "--after", "1d", "--before", "7d")


def test_it_ends_calls_in_its_own_process_and_counts_them(live_calls, account, capsys):
    call_command("end_calls", account=account.name, dry_run=True)
    assert "5 calls would end." in capsys.readouterr().out
    call_command("end_calls", account=account.name, now=True)
    assert "5 ended" in capsys.readouterr().out
    video_call(account)
    call_command("end_calls", account=account.name, channel="video", now=True)
    assert "1 ended" in capsys.readouterr().out
