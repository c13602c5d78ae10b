"""Step `terminate`: end the call at its provider, and store what the provider reports of the end.

Whoever takes up a step that was claimed before, by a worker or by a request, reads the provider's record
before ending the call again (`verify_first`): the earlier attempt may have had its effect. The same holds for
a call that the provider itself reported as ended. A call whose submission was not answered is searched by its
numbers first.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from calls import activity, publish
from calls.models.answer import ANSWER_FIELDS
from calls.models.call import Call
from calls.models.step import NOTHING_RUNS, Step
from calls.monitoring.lost_calls import LostCallSearch, search_for
from calls.provider_request import provider_request
from calls.sql import bulk_write, end_as_requested
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, skip, succeeded
from providers.base import Adapter, EndsCalls, EndsRooms, FindsCalls
from providers.errors import ProviderError

# What the provider's confirmation sets.
CONFIRMED_FIELDS = (
    *ANSWER_FIELDS,
    "provider_call_id",
    "provider_state",
    "provider_status",
    "provider_ended_at",
    "provider_confirmed_at",
    "duration",
    "cost",
    "price_unit",
)


def attempt(step: Step, adapter: Adapter | ProviderError) -> AttemptFn:
    call = step.call
    if call.is_submission_unknown:
        return provider_request(adapter, partial(_find_and_terminate, search_for(call)), step.lease_until)
    if not call.provider_call_id:
        return partial(skip, NOTHING_RUNS)
    verify_first = step.fencing_token > 1 or call.provider_state == Call.ProviderState.ENDED
    if call.channel == Call.Channel.VIDEO:
        request = partial(_end_room, call.stream_call_type, call.provider_call_id, verify_first)
    else:
        request = partial(_end_leg, call.provider_call_id, verify_first)
    return provider_request(adapter, request, step.lease_until)


def _find_and_terminate(search: LostCallSearch, provider: FindsCalls) -> Outcome:
    leg = search.find(provider)
    if leg is None:
        return skip("The provider was asked: it never made this call.")
    leg = provider.end_call(leg.id, verify_first=True)
    return succeeded(leg.end_facts() | {"call_id": leg.id})


def _end_leg(call_id: str, verify_first: bool, provider: EndsCalls) -> Outcome:
    return succeeded(provider.end_call(call_id, verify_first=verify_first).end_facts())


def _end_room(room_type: str, room_id: str, verify_first: bool, provider: EndsRooms) -> Outcome:
    room = provider.end_room(room_type, room_id, verify_first=verify_first)
    return succeeded({"status": "ended", "ended_at": room.ended_at})


def apply(step: Step) -> None:
    """Set what the settled step means for its call. Does not save the call's provider fields and cost."""
    if step.state == Step.State.DONE:
        _confirm_end(step.call, step.result, step.settled_at)
    elif step.state == Step.State.FAILED:
        # The request for an end (lifecycle/end_strict.py) stays, so that a rerun can still end the call.
        _mark_errored(step.call)


def _mark_errored(call: Call) -> None:
    if Call.objects.filter(pk=call.pk, ended_at=None).update(status=Call.Status.ERRORED):
        call.status = Call.Status.ERRORED


def events(steps: Iterable[Step]) -> list[publish.CallEvent]:
    """call.errored of the calls whose terminate step was given up now, for the first time."""
    given_up = (step for step in steps if step.kind == Step.Kind.TERMINATE and _was_given_up_first(step))
    return [publish.number_event(step.call, publish.ERRORED) for step in given_up]


def _was_given_up_first(step: Step) -> bool:
    return step.state == Step.State.FAILED and not step.was_given_up_before


def _confirm_end(call: Call, facts: Mapping[str, Any], at: datetime | None) -> None:
    """The provider confirmed the end; a call that was to end with this confirmation ends now."""
    if not call.provider_call_id and facts.get("call_id"):  # found by _find_and_terminate
        call.provider_call_id = facts["call_id"]
        activity.record(call.pk, "worker", activity.LOST_CALL_FOUND, call.provider_call_id)
    if call.provider_confirmed_at:
        activity.record_superseded_confirmation(call, call.provider_confirmed_at, call.provider_status)
    ended_at = datetime.fromisoformat(facts["ended_at"]) if facts.get("ended_at") else None
    before = publish.CallState.of(call)
    call.set_answer(facts)
    call.confirm_end(str(facts.get("status", "")), ended_at, facts.get("duration"), at=at)
    call.set_cost(facts.get("cost", ""), facts.get("price_unit", ""))
    life = publish.life_events(call, before)
    if life or not call.is_over:  # first, so that the events have it
        bulk_write([call], (*CONFIRMED_FIELDS, "event_sequence"))
        publish.publish_events(life)
    if not call.is_over:
        end_as_requested(call)
