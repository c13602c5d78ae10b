"""LiveKit's tokens, read by LiveKit's own verifier."""

from livekit import api

from providers.livekit.tokens import REQUEST_TOKEN_SECONDS, join_token, request_token
from tests.support.sandbox import SECRET


def test_a_join_token_is_for_one_participant_and_one_room():
    claims = api.TokenVerifier("key", SECRET).verify(join_token("key", SECRET, "room", "anna", 60))
    assert (claims.identity, claims.video.room, claims.video.room_join) == ("anna", "room", True)
    assert not claims.video.room_create and not claims.video.room_admin


def test_a_request_token_has_the_grants_of_its_request_only():
    claims = api.TokenVerifier("key", SECRET).verify(request_token("key", SECRET, {"roomList": True}))
    assert claims.video.room_list and not claims.video.room_create
    assert REQUEST_TOKEN_SECONDS <= 600
