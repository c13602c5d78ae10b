"""Looking for a leg whose id was lost: the provider was told to make a call, and its answer never came.

Nothing but the two numbers and the time tells one leg from another, and the account at the provider is the
customer's own, with legs of its own. So a leg is taken for ours only while there are no more of them than
calls of ours that miss one; otherwise a person has to look.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from calls.models.call import DIALLING, SUBMISSION_UNKNOWN, Call
from calls.models.end_code import EndCode
from liveplatform.work.outcomes import Outcome, postpone, succeeded
from providers.base import Adapter, FindsCalls, Leg
from providers.errors import Rejected

# A leg of ours was made within this time of its row; clocks differ by some seconds.
WINDOW_BEFORE, WINDOW_AFTER = timedelta(seconds=5), timedelta(seconds=90)
# How often it is looked for before it is taken as never made, and at what pace (s): lists lag.
MAX_SEARCHES, SEARCH_RETRY_SECONDS = 4, 20.0


class Ambiguous(Rejected):
    """More legs than calls of ours that miss one: nobody but a person can tell which is which."""


@dataclass(frozen=True)
class LostCallSearch:
    """What is known of the leg that is missing."""

    to_number: str
    from_number: str
    made: datetime
    others: frozenset[str]  # legs between the two numbers that are known to be other calls
    missing: int  # calls of ours between them that miss a leg, this one among them
    turn: int  # how many of those were made before this one
    looked: int = 0

    def find(self, provider: FindsCalls) -> Leg | None:
        """The leg, or None if there is none. Ambiguous if it could be somebody else's."""
        since, until = self.made - WINDOW_BEFORE, self.made + WINDOW_AFTER
        found = provider.find_calls(to=self.to_number, from_=self.from_number, since=since)
        made = [
            (leg.created_at or leg.started_at or since, leg) for leg in found if leg.id not in self.others
        ]
        legs = [leg for at, leg in sorted(made, key=lambda pair: pair[0]) if at <= until]
        if len(legs) > self.missing:
            text = "Several calls between these numbers could be this one; end it at the provider by hand."
            raise Ambiguous(text, code="ambiguous")
        return legs[min(self.turn, len(legs) - 1)] if legs else None

    def run(self, provider: Adapter) -> Outcome:
        """A Watch's look: the leg is taken on, or the call was never made, or it is looked for again."""
        if not isinstance(provider, FindsCalls):
            return postpone(
                SEARCH_RETRY_SECONDS * MAX_SEARCHES, {"unanswered": "This provider cannot look for calls."}
            )
        leg = self.find(provider)
        if leg is not None:
            said = {"status": leg.raw_status, "started_at": leg.started_at}
            return postpone(0.0, {"found": leg.id, "said": said})
        if self.looked + 1 < MAX_SEARCHES:
            return postpone(SEARCH_RETRY_SECONDS, {"looked": self.looked + 1})
        reason = "The provider was asked: it never made this call."
        return succeeded({"code": EndCode.FAILED.value, "reason": reason, "said": {}, "never_made": True})


def search_for(call: Call, looked: int = 0) -> LostCallSearch:
    """What to look for, from the database."""
    alike = Call.objects.filter(
        account_id=call.account_id,
        connection=call.connection,
        from_number=call.from_number,
        to_number=call.to_number,
        created_at__gte=call.created_at - WINDOW_AFTER,
        created_at__lte=call.created_at + WINDOW_AFTER,
    )
    lost = Q(provider_call_id="", provider_status__in=(DIALLING, SUBMISSION_UNKNOWN))
    # Only rows whose legs are in the window of the search have a turn in it.
    in_window = alike.filter(lost, created_at__gte=call.created_at - WINDOW_BEFORE)
    missing = list(in_window.order_by("created_at", "pk").values_list("pk", flat=True))
    known = alike.exclude(provider_call_id="").values_list("provider_call_id", flat=True)
    return LostCallSearch(
        to_number=call.to_number,
        from_number=call.from_number,
        made=call.created_at,
        others=frozenset(known),
        missing=max(len(missing), 1),
        turn=missing.index(call.pk) if call.pk in missing else 0,
        looked=looked,
    )
