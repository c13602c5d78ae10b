"""From a claimed Step to the job that carries it out. Everything a job needs is read here, beforehand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from uuid import UUID

from calls.adapters import adapters_for
from calls.analysis.analyse import analyse
from calls.analysis.openai import AnalyserRejected, AnalyserUnavailable
from calls.analysis.turns import parse_turns
from calls.models.analysis import Transcript
from calls.models.call import Call
from calls.models.step import Step
from calls.monitoring.lost_calls import LostCallSearch, search_for
from liveplatform.db.rows import in_bulk
from liveplatform.failpoints import reach
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, fail, retry, skip, succeeded
from providers.base import Adapter, EndsCalls, EndsRooms, FindsCalls
from providers.errors import NotConfigured, ProviderError, Rejected, Unavailable, UnknownOutcome

# Refused credentials do not heal in seconds: look again at this pace (s), until somebody mends them.
AUTH_RETRY = 600.0
UNCONFIGURED_RETRY = 60.0


def prepare(steps: Sequence[Step]) -> list[AttemptFn]:
    """One job per step, in order, with two or three queries for all of them."""
    calls = in_bulk(Call, {step.call_id for step in steps})
    for step in steps:
        step.call = calls[step.call_id]
    providers = adapters_for(id for c in calls.values() for id in (c.connection_id, c.room_connection_id))
    turns = _transcripts(step.call_id for step in steps if step.kind == "analyse")
    return [_attempt_fn(step, calls[step.call_id], providers, turns) for step in steps]


def _transcripts(call_ids: Iterable[object]) -> dict[object, Transcript]:
    return in_bulk(Transcript, call_ids)


def _attempt_fn(
    step: Step,
    call: Call,
    providers: Mapping[UUID | None, Adapter | ProviderError],
    transcripts: dict[object, Transcript],
) -> AttemptFn:
    match step.kind:
        case "terminate":
            return _terminate(step, call, providers[call.connection_id])
        case "clean_up":
            return _clean_up(call, providers[call.room_connection_id])
        case "analyse":
            return partial(_analyse, transcripts.get(call.pk))
        case _:
            return succeeded  # notify: the news itself is written when this is settled


def _terminate(step: Step, call: Call, provider: Adapter | ProviderError) -> AttemptFn:
    if call.is_submission_unknown:
        return _bind_provider(provider, partial(_find_and_terminate, search_for(call)))
    if not call.provider_call_id:
        return partial(skip, "Nothing runs at a provider.")
    # An earlier attempt may have got through, or the provider itself told of the end.
    verify_first = step.attempts > 1 or call.provider_state == Call.ProviderState.ENDED
    if call.channel == Call.Channel.VIDEO:
        end = partial(_end_room, call.stream_call_type, call.provider_call_id, verify_first)
    else:
        end = partial(_end_leg, call.provider_call_id, verify_first)
    return _bind_provider(provider, end)


def _clean_up(call: Call, provider: Adapter | ProviderError) -> AttemptFn:
    if not call.room_id:
        return partial(skip, "No room was made for this call.")
    return _bind_provider(provider, partial(_delete_room, call.room_type, call.room_id))


def _bind_provider(provider: Adapter | ProviderError, act: Callable[..., Outcome]) -> AttemptFn:
    if isinstance(provider, ProviderError):
        return partial(_to_outcome, partial(_fail, provider))
    return partial(_to_outcome, partial(act, provider))


def _fail(error: ProviderError) -> Outcome:
    raise error


def _to_outcome(act: Callable[[], Outcome]) -> Outcome:
    """Errors of the provider as outcomes of the work: try again, or never."""
    try:
        reach("asking")
        outcome = act()
        reach("answered")
        return outcome
    except NotConfigured as error:
        return retry(str(error), UNCONFIGURED_RETRY, code="not_configured")
    except Unavailable as error:
        return retry(str(error), error.retry_after, code=_error_code(error))
    except Rejected as error:
        if error.code == "auth":
            return retry(str(error), AUTH_RETRY, code="refused", help=error.help_url)
        return fail(str(error), code="rejected", help=error.help_url)
    except ProviderError as error:
        return fail(str(error), code=type(error).__name__)


def _error_code(error: Unavailable) -> str:
    return "unknown_outcome" if isinstance(error, UnknownOutcome) else "unavailable"


def _end_leg(call_id: str, verify_first: bool, provider: EndsCalls) -> Outcome:
    return succeeded(provider.end_call(call_id, verify_first=verify_first).end_facts())


def _find_and_terminate(search: LostCallSearch, provider: FindsCalls) -> Outcome:
    """The answer to making this call was lost: look for its leg, and end it if there is one."""
    leg = search.find(provider)
    if leg is None:
        return skip("The provider was asked: it never made this call.")
    leg = provider.end_call(leg.id, verify_first=True)
    return succeeded(leg.end_facts() | {"call_id": leg.id})


def _end_room(room_type: str, room_id: str, verify_first: bool, provider: EndsRooms) -> Outcome:
    room = provider.end_room(room_type, room_id, verify_first=verify_first)
    return succeeded({"status": "ended", "ended_at": room.ended_at})


def _delete_room(room_type: str, room_id: str, provider: EndsRooms) -> Outcome:
    provider.delete_room(room_type, room_id)
    return succeeded({"room": "deleted"})


def _analyse(transcript: Transcript | None) -> Outcome:
    if transcript is None or not transcript.turns:
        return skip("No transcript arrived in time; one that comes later is analysed then.")
    try:
        found = analyse(parse_turns(transcript.turns), language=transcript.language)
    except AnalyserUnavailable as error:
        return retry(str(error), error.retry_after)
    except AnalyserRejected as error:
        return fail(str(error))
    return succeeded(
        {
            "metrics": found.metrics,
            "sentiment": found.sentiment,
            "analyser": found.analyser,
            "version": found.version,
        }
    )
