"""Finds the leg of a call whose submission was never answered, so that its provider id is not known.

Only the two numbers and the time identify such a leg, and the customer may make calls of their own over the
same account at the provider. A leg is therefore adopted only while there are no more candidates than calls
of ours without a leg; otherwise staff have to decide.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from calls.models.call import DIALLING, SUBMISSION_UNKNOWN, Call
from calls.models.end_code import EndCode
from liveplatform.work.outcomes import Outcome, postpone, succeeded
from providers.base import Adapter, FindsCalls, Leg
from providers.errors import Rejected

# The provider creates a leg within this time of its row; clocks differ by some seconds.
WINDOW_BEFORE, WINDOW_AFTER = timedelta(seconds=5), timedelta(seconds=90)
# Providers' lists lag: searches before a call counts as never made, and seconds between them.
MAX_SEARCHES, SEARCH_RETRY_SECONDS = 4, 20.0


class Ambiguous(Rejected):
    """There are more candidate legs than calls of ours without one."""


@dataclass(frozen=True)
class LostCallSearch:
    """What identifies the missing leg, read beforehand: a search makes no queries."""

    to_number: str
    from_number: str
    created_at: datetime
    known_legs: frozenset[str]  # ids of legs between the two numbers that belong to other calls
    missing: int  # calls between the two numbers without a leg, this one included
    position: int  # how many of those were created before this one
    searches: int = 0

    def find(self, provider: FindsCalls) -> Leg | None:
        """The leg, or None if there is none. Raises Ambiguous if it may be another call's."""
        since, until = self.created_at - WINDOW_BEFORE, self.created_at + WINDOW_AFTER
        listed = provider.find_calls(to=self.to_number, from_=self.from_number, since=since)
        candidates = [
            (leg.created_at or leg.started_at or since, leg)
            for leg in listed
            if leg.id not in self.known_legs
        ]
        legs = [leg for at, leg in sorted(candidates, key=lambda pair: pair[0]) if at <= until]
        if len(legs) > self.missing:
            text = "Several calls between these numbers could be this one; end it at the provider by hand."
            raise Ambiguous(text, code="ambiguous")
        return legs[min(self.position, len(legs) - 1)] if legs else None

    def run(self, provider: Adapter) -> Outcome:
        """The outcome of a check: the leg is found, the call was never made, or the search is repeated."""
        if not isinstance(provider, FindsCalls):
            pause = SEARCH_RETRY_SECONDS * MAX_SEARCHES
            return postpone(pause, {"unanswered": "This provider cannot look for calls."})
        leg = self.find(provider)
        if leg is not None:
            facts = {"status": leg.raw_status, **leg.answer_facts()}
            return postpone(0.0, {"found": leg.id, "facts": facts})
        if self.searches + 1 < MAX_SEARCHES:
            return postpone(SEARCH_RETRY_SECONDS, {"searches": self.searches + 1})
        reason = "The provider was asked: it never made this call."
        return succeeded({"code": EndCode.FAILED.value, "reason": reason, "facts": {}, "never_made": True})


def search_for(call: Call, searches: int = 0) -> LostCallSearch:
    """The search for a call's leg; `searches` is how many there were before. Two queries."""
    similar = Call.objects.filter(
        account_id=call.account_id,
        connection=call.connection_id,
        from_number=call.from_number,
        to_number=call.to_number,
        # Whoever may have a leg in the window, up to WINDOW_AFTER after the call or WINDOW_BEFORE before it.
        created_at__gte=call.created_at - WINDOW_BEFORE - WINDOW_AFTER,
        created_at__lte=call.created_at + WINDOW_AFTER + WINDOW_BEFORE,
    )
    lost = Q(provider_call_id="", provider_status__in=(DIALLING, SUBMISSION_UNKNOWN))
    # Only calls whose legs are in the window of this search compete for a leg in it.
    competing = similar.filter(
        lost,
        created_at__gte=call.created_at - WINDOW_BEFORE,
        created_at__lte=call.created_at + WINDOW_AFTER,
    )
    missing = list(competing.order_by("created_at", "pk").values_list("pk", flat=True))
    known_legs = similar.exclude(provider_call_id="").values_list("provider_call_id", flat=True)
    return LostCallSearch(
        to_number=call.to_number,
        from_number=call.from_number,
        created_at=call.created_at,
        known_legs=frozenset(known_legs),
        missing=max(len(missing), 1),
        position=missing.index(call.pk) if call.pk in missing else 0,
        searches=searches,
    )
