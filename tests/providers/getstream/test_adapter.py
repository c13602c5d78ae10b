"""GetStream: rooms are opened once, read, ended, deleted; tokens and their claims."""

import uuid
from datetime import UTC, datetime

import jwt
import pytest

from providers.errors import Rejected
from tests.support.sandbox import SECRET


def test_opening_twice_is_one_room(getstream, sandbox):
    room_id = str(uuid.uuid4())
    for _ in range(2):
        assert getstream.open_room("default", room_id, created_by="h", custom={"a": 1}).id == room_id
    assert sandbox.effects("open_room", room_id) == 1


def test_the_state_of_a_room(getstream, sandbox):
    room = getstream.open_room("default", str(uuid.uuid4()), created_by="h")
    room_id = room.id
    assert (room.is_live, room.session_id, room.empty_since) == (False, "", None), "nobody has joined"
    sandbox.trigger(room_id, "joined")
    assert getstream.room("default", room_id).is_live and getstream.room("default", room_id).session_id
    getstream.end_room("default", room_id)
    ended = getstream.room("default", room_id)
    assert not ended.is_live
    assert abs((ended.ended_at - datetime.now(UTC)).total_seconds()) < 60


def test_a_deleted_room_is_gone_and_deleting_it_again_is_fine(getstream, sandbox):
    room_id = getstream.open_room("default", str(uuid.uuid4()), created_by="h").id
    for _ in range(2):
        getstream.delete_room("default", room_id)
    assert sandbox.effects("delete_room", room_id) == 1
    with pytest.raises(Rejected) as raised:
        getstream.room("default", room_id)
    assert raised.value.code == "16"


def test_ending_a_room_that_is_gone_is_what_was_wanted(getstream):
    assert not getstream.end_room("default", "never-was").is_live
    assert not getstream.end_room("default", "never-was", verify_first=True).is_live


def test_tokens_name_the_user_the_calls_and_an_end(getstream):
    token = getstream.client_token("default", "abc", "patient-7", seconds=60)
    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert claims["user_id"] == "patient-7"
    assert claims["call_cids"] == ["default:abc"]
    assert claims["exp"] - claims["iat"] == 65


def test_a_hosts_token_has_the_call_role_and_a_participants_none(getstream):
    claims = {
        role: jwt.decode(
            getstream.client_token("default", "abc", "u", seconds=60, role=role), SECRET, algorithms=["HS256"]
        )
        for role in ("host", "participant")
    }
    assert claims["host"]["role"] == "host"
    assert "role" not in claims["participant"]
    assert claims["host"]["call_cids"] == ["default:abc"]


def test_a_rooms_start_and_attributes_can_be_changed(getstream, sandbox):
    room_id = getstream.open_room("default", str(uuid.uuid4()), created_by="h", custom={"title": "a"}).id
    at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    getstream.change_room("default", room_id, starts_at=at, custom={"title": "b"})
    getstream.change_room("default", room_id, starts_at=None, custom={"title": "c"})
    room = sandbox.room("default", room_id)
    assert (room["starts_at"], room["custom"]) == ("2026-12-01T09:00:00+00:00", {"title": "c"})


def test_going_live_opens_the_backstage_once(getstream, sandbox):
    room_id = getstream.open_room("livestream", str(uuid.uuid4()), created_by="h").id
    assert getstream.room("livestream", room_id).backstage
    for _ in range(2):
        assert not getstream.go_live("livestream", room_id).backstage
    assert sandbox.effects("go_live", room_id) == 1


def test_going_live_never_opens_an_ended_room_anew(getstream, sandbox):
    room_id = getstream.open_room("livestream", str(uuid.uuid4()), created_by="h").id
    getstream.end_room("livestream", room_id)
    assert getstream.go_live("livestream", room_id).ended_at
    assert sandbox.effects("go_live", room_id) == 0


def test_rooms_with_a_session_are_listed_over_all_their_pages(getstream, sandbox, monkeypatch):
    monkeypatch.setattr("providers.getstream.adapter.PAGE_SIZE", 2)
    made = [getstream.open_room("default", uuid.uuid4().hex, created_by="host").id for n in range(5)]
    getstream.open_room("default", "nobody-joined", created_by="host")
    for room_id in made:
        sandbox.trigger(room_id, "joined")
    getstream.end_room("default", made[0])
    assert getstream.live_ids() == frozenset(made[1:])


def test_a_room_has_a_session_timer(getstream, sandbox):
    room_id = getstream.open_room("default", str(uuid.uuid4()), created_by="h", max_seconds=660).id
    assert sandbox.room("default", room_id)["settings"] == {"limits": {"max_duration_seconds": 660}}
    getstream.change_room("default", room_id, starts_at=None, custom={}, max_seconds=60)
    assert sandbox.room("default", room_id)["settings"]["limits"] == {"max_duration_seconds": 60}
    getstream.change_room("default", room_id, starts_at=None, custom={}, max_seconds=0)
    assert sandbox.room("default", room_id)["settings"]["limits"]["max_duration_seconds"] == 7 * 86_400
    unlimited = getstream.open_room("default", str(uuid.uuid4()), created_by="h").id
    assert sandbox.room("default", unlimited)["settings"] == {}


def test_who_was_in_a_room_is_known_afterwards(getstream, sandbox):
    room_id = getstream.open_room("default", str(uuid.uuid4()), created_by="h").id
    assert getstream.attendance("default", room_id, []) == [], "nobody ever joined"
    for who in ("anna", "ben"):
        sandbox.trigger(room_id, "joined", identity=who)
    first = getstream.room("default", room_id).session_id
    sandbox.trigger(room_id, "left")
    sandbox.trigger(room_id, "joined", identity="anna")
    latest = [(stay.identity, stay.left_at) for stay in getstream.attendance("default", room_id, [])]
    assert latest == [("anna", None)]
    stays = getstream.attendance("default", room_id, [first, first, "unknown"])
    assert sorted(stay.identity for stay in stays) == ["anna", "anna", "ben"]
    assert len({stay.stay_id for stay in stays}) == 3
    assert all(stay.joined_at for stay in stays) and stays[0].role == "user"


def test_a_long_report_has_pages(getstream, sandbox):
    room_id = getstream.open_room("default", str(uuid.uuid4()), created_by="h").id
    for n in range(60):
        sandbox.trigger(room_id, "joined", identity=f"user-{n}")
    assert len(getstream.attendance("default", room_id, [])) == 60
    assert len(sandbox.ledger(operation="list_participants", resource=room_id)) == 2


def test_a_token_for_the_chat_names_the_user_only(getstream):
    issued = getstream.chat_token("anna", seconds=60)
    claims = jwt.decode(issued.token, SECRET, algorithms=["HS256"])
    assert (sorted(claims), claims["user_id"]) == (["exp", "iat", "user_id"], "anna")
    assert issued.api_key
