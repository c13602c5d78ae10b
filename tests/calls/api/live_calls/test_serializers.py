"""Answers of the live calls API: the vendor's field names over the call's own."""

from calls.api.live_calls.serializers import LiveCallSerializer, TokenSerializer
from calls.lifecycle.join_token import JoinToken
from calls.models import Call


def test_a_call_shows_the_room_and_null_for_blank_text():
    shown = LiveCallSerializer.write(Call(provider_call_id="room", stream_call_type="default"))
    assert (shown["stream_call_id"], shown["stream_call_type"]) == ("room", "default")
    assert (shown["recording_url"], shown["host_user_id"]) == (None, "")


def test_a_token_is_shown_with_its_room_and_its_life():
    call = Call(provider_call_id="room", stream_call_type="livestream")
    assert TokenSerializer.write(JoinToken("secret", call, 60)) == {
        "token": "secret",
        "stream_call_id": "room",
        "stream_call_type": "livestream",
        "expires_in_seconds": 60,
    }
