"""Whatever the order, repetition and batches of events, the result is the same."""

import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.lifecycle.end import end
from calls.models import ProviderEvent
from liveplatform.webhooks.models import Event
from tests.support.draining import drain
from tests.support.factories import phone_call, video_call
from tests.support.signed_events import post_getstream, post_twilio, status_form

WORDS = ("initiated", "ringing", "in-progress")
BOUNDED = settings(
    max_examples=30, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@BOUNDED
@given(data=st.data())
def test_a_leg_ends_once_with_its_own_status_in_any_order(account, data):
    sid = f"CA{time.time_ns()}"
    call = phone_call(account, provider_call_id=sid, status="scheduled")
    last = data.draw(st.sampled_from(["completed", "busy", "no-answer"]))
    numbered = list(enumerate([*WORDS, last]))
    repeated = data.draw(st.lists(st.sampled_from(numbered), max_size=4))
    ours = data.draw(st.one_of(st.none(), st.integers(0, 8)))
    for turn, (number, word) in enumerate(data.draw(st.permutations(numbered + repeated))):
        if turn == ours:
            end(call.pk, account_id=account.pk, actor="key:1")
        post_twilio(call.connection, status_form(sid, word, number))
        if data.draw(st.booleans()):
            drain(ProviderEvent)
    drain(ProviderEvent)
    call.refresh_from_db()
    assert (call.status, call.provider_state, call.provider_status) == ("ended", "ended", last)
    assert call.ended_by in ("key:1", "provider:twilio")
    assert Event.objects.filter(subject_id=call.pk, type="call.ended").count() == 1
    assert call.steps.count() == 4


@BOUNDED
@given(data=st.data(), moves=st.lists(st.booleans(), min_size=1, max_size=5))
def test_presence_follows_the_latest_event_in_any_order(account, stream, data, moves):
    """Each move is a participant joining (True), or the last one leaving, a second after the move before."""
    room = f"room-{time.time_ns()}"
    call = video_call(account, connection=stream, provider_call_id=room)
    began = time.time() - 60
    events = [
        ("call.session_participant_joined" if came else "call.session_ended", began + n)
        for n, came in enumerate(moves)
    ]
    for kind, at in data.draw(st.permutations(events)):
        post_getstream(stream, kind, room, at=at)
        if data.draw(st.booleans()):
            drain(ProviderEvent)
    drain(ProviderEvent)
    call.refresh_from_db()
    assert not call.is_over
    assert (call.empty_since is None) is moves[-1]
