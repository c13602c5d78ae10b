"""Finding legs whose provider id was lost."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.exceptions import DialError
from calls.lifecycle.end import end
from calls.models import Call, CallMonitor, Step
from calls.models.call import SUBMISSION_UNKNOWN
from calls.monitoring.lost_calls import search_for
from providers.base import Leg
from tests.support.draining import drain
from tests.support.factories import phone_call
from tests.support.monitoring import check

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


class Listed:
    """A provider with these legs, as its list would give them: newest first, by whole seconds."""

    provider = "twilio"

    def __init__(self, legs):
        self.legs = legs

    def find_calls(self, *, to, from_, since):
        return [leg for leg in reversed(self.legs) if leg.created_at >= since.replace(microsecond=0)]


def leg_at(account, seconds):
    call = phone_call(account, provider_call_id="", provider_status=SUBMISSION_UNKNOWN, status="scheduled")
    Call.objects.filter(pk=call.pk).update(created_at=AT + timedelta(seconds=seconds))
    call.refresh_from_db()
    return call, Leg(f"CA{seconds}", "live", "in-progress", created_at=AT + timedelta(seconds=int(seconds)))


def test_each_call_finds_its_own_leg_whatever_was_lost_before_it(account):
    """Calls that were lost half a minute before have legs of their own, outside of this search."""
    pairs = [leg_at(account, seconds) for seconds in (-40, -20, 0.4, 12, 30)]
    provider = Listed([leg for _, leg in pairs])
    assert [search_for(call).find(provider).id for call, _ in pairs] == [leg.id for _, leg in pairs]


def test_a_leg_at_the_edge_of_the_window_belongs_to_a_call_after_it(account):
    """Lists give whole seconds, so a leg of a call just after the window is listed as one within it."""
    lost, leg = leg_at(account, 0.4)
    later, edge = leg_at(account, 90.8)
    Call.objects.filter(pk=later.pk).update(provider_call_id=edge.id, status="live")
    assert search_for(lost).find(Listed([leg, edge])).id == leg.id


def lose_leg(line, to, fault="act_then_timeout"):
    line.sandbox.add_fault("create_call", fault)
    with pytest.raises(DialError):
        line.dial(to)
    return Call.objects.get(account=line.account, to_number=to, provider_status=SUBMISSION_UNKNOWN)


def test_a_lost_leg_is_found_and_adopted(line):
    call = check(lose_leg(line, "+14155550121"))
    assert call.provider_call_id.startswith("CA")
    assert (call.status, call.provider_state) == ("live", "live")
    line.hang_up(call)
    assert check(call).end_code == "ended_at_provider"


def test_a_call_that_was_never_made_fails_after_several_searches(line):
    call = lose_leg(line, "+14155550122", "timeout")
    for _ in range(3):
        assert not check(call).is_over
    call = check(call)
    assert (call.end_code, call.provider_status) == ("failed", "failed")


def test_a_leg_that_may_be_somebody_elses_is_not_adopted(line, sandbox):
    call = lose_leg(line, "+14155550123")
    line.provider(call).make_call(to="+14155550123", from_=call.from_number)
    assert not check(call).provider_call_id
    assert "by hand" in CallMonitor.objects.get(call=call).result["unanswered"]
    end(call.pk, account_id=line.account.pk, actor="test")
    drain(Step)
    assert Step.objects.get(call=call, kind="terminate").state == "failed"
    assert len(sandbox.live()["twilio"]) >= 2


def test_two_lost_legs_between_the_same_numbers_find_their_calls(line):
    first, second = (lost_again(line, "+14155550124") for _ in range(2))
    check(first, second)
    assert first.provider_call_id and second.provider_call_id
    assert first.provider_call_id != second.provider_call_id


def lost_again(line, to):
    line.sandbox.add_fault("create_call", "act_then_reset")
    with pytest.raises(DialError):
        line.dial(to)
    return Call.objects.filter(account=line.account, to_number=to).latest("created_at")


def test_the_same_request_under_the_same_key_is_never_dialled_twice(line, sandbox):
    made = line.dial("+14155550125", submission_key="k")
    assert line.dial("+14155550125", submission_key="k").pk == made.pk
    sandbox.add_fault("create_call", "act_then_timeout")
    for _ in range(2):
        with pytest.raises(DialError, match="on record"):
            line.dial("+14155550126", submission_key="k2")
    assert Call.objects.filter(account=line.account, to_number="+14155550126").count() == 1
