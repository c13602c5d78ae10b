"""Which leg is whose, when several calls between the same numbers miss theirs."""

from datetime import UTC, datetime, timedelta

from calls.models import Call
from calls.models.call import SUBMISSION_UNKNOWN
from calls.monitoring.lost_calls import search_for
from providers.base import Leg
from tests.support.factories import phone_call

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


class Listed:
    """A provider with these legs, as its list would give them: newest first, by whole seconds."""

    provider = "twilio"

    def __init__(self, legs):
        self.legs = legs

    def find_calls(self, *, to, from_, since):
        return [leg for leg in reversed(self.legs) if leg.created_at >= since.replace(microsecond=0)]


def lost(account, seconds):
    call = phone_call(account, provider_call_id="", provider_status=SUBMISSION_UNKNOWN, status="scheduled")
    Call.objects.filter(pk=call.pk).update(created_at=AT + timedelta(seconds=seconds))
    call.refresh_from_db()
    return call, Leg(f"CA{seconds}", "live", "in-progress", created_at=AT + timedelta(seconds=int(seconds)))


def test_each_call_finds_its_own_leg_whatever_was_lost_before_it(account):
    """Calls that were lost half a minute before have legs of their own, outside of this search."""
    pairs = [lost(account, seconds) for seconds in (-40, -20, 0.4, 12, 30)]
    provider = Listed([leg for _, leg in pairs])
    assert [search_for(call).find(provider).id for call, _ in pairs] == [leg.id for _, leg in pairs]
