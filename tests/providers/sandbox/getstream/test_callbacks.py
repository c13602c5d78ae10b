"""GetStream's webhooks: signed before compression; one session begins and ends once."""

import hashlib
import hmac

from tests.support.sandbox import SECRET
from tests.support.webhook_listener import plain


def test_streams_webhooks_are_signed_over_the_body_before_it_is_zipped(getstream, room, listener, sandbox):
    sandbox.trigger(room.id, "left")
    sandbox.trigger(room.id, "joined")
    getstream.end_room("default", room.id)
    sandbox.trigger(room.id, "recorded")
    getstream.delete_room("default", room.id)
    types = listener.types(9)
    assert sorted(types) == sorted(
        ["call.session_ended", "call.session_started", "call.session_participant_joined", "call.ended"]
        + ["call.session_participant_left"] * 2
        + ["call.session_ended", "call.recording_ready", "call.deleted"]
    )
    for _, headers, body in listener.requests:
        assert headers["x-signature"] == hmac.new(SECRET.encode(), plain(body), hashlib.sha256).hexdigest()
        assert headers["content-encoding"] == "gzip"
    assert len({headers["x-webhook-id"] for _, headers, _ in listener.requests}) == 9
    assert [e["status"] for e in sandbox.callbacks(room.id)] == [204] * 12


def test_a_session_begins_with_the_first_who_joins_and_ends_with_the_last(getstream, room, listener, sandbox):
    sandbox.trigger(room.id, "joined")
    assert listener.types(1) == ["call.session_participant_joined"], "the session is under way"
    sandbox.trigger(room.id, "left")
    sandbox.trigger(room.id, "left")
    getstream.end_room("default", room.id)
    left = ["call.session_participant_left"] * 2
    expected = ["call.ended", "call.session_ended", *left]
    assert sorted(listener.types(5)[1:]) == expected, "one end of the session"
