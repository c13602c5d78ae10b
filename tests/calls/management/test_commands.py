"""manage.py end_calls and reanalyse: what they choose, what they keep, and what they refuse."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from calls.lifecycle.end import end
from calls.models import Call, Step
from tests.support.factories import phone_call


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
def test_ended_by_hand_is_ended_by_staff_unless_it_is_everything(call, chosen, code):
    ids = () if chosen.get("everything") else (str(call.pk),)
    call_command("end_calls", *ids, now=True, **chosen)
    assert code_of(call) == code


def test_a_reason_is_kept_whole_or_refused(call):
    with pytest.raises(CommandError, match="500 characters"):
        call_command("end_calls", str(call.pk), reason="x" * 501, now=True)
    call_command("end_calls", str(call.pk), reason="x" * 500, now=True)
    call.refresh_from_db()
    assert call.disconnect_reason == "x" * 500


@pytest.mark.parametrize("command", ["end_calls", "reanalyse"])
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_ids_that_are_no_calls_are_named(call, command, more):
    nobody = str(uuid4())
    with pytest.raises(CommandError, match=nobody) as refused:
        call_command(
            command, str(call.pk), nobody, *more, **({"now": True} if command == "end_calls" else {})
        )
    assert str(call.pk) not in str(refused.value)


def test_the_calls_beside_an_unknown_id_are_ended_all_the_same(call):
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
def test_times_the_wrong_way_round_are_refused(account, command):
    with pytest.raises(CommandError, match="before"):
        call_command(command, "--after", "1d", "--before", "7d")


def test_reanalyse_makes_the_analysis_of_an_ended_call_due(call, account, capsys):
    end(call.pk, account_id=account.pk, actor="test")
    analysis = Step.objects.filter(call=call, kind="analyse")
    analysis.update(state="failed", due_at=None)
    call_command("reanalyse", str(call.pk))
    assert "1 analyses are due again" in capsys.readouterr().out
    assert analysis.get().state == "pending"
