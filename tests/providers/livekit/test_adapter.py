"""LiveKit: rooms are opened once, read, listed, ended; tokens and their grants."""

import uuid
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from providers.base import HasRooms, ListsLive, MintsTokens, PlansRooms
from providers.errors import NotConfigured, Rejected, Unavailable, UnknownOutcome
from providers.events import ReadsEvents
from providers.registry import build_adapter
from tests.support.misbehaving_server import answers
from tests.support.sandbox import SECRET


@pytest.fixture
def room_id(livekit) -> str:
    return livekit.open_room("default", str(uuid.uuid4()), created_by="h").id


def over(url):
    return build_adapter("livekit", {"api_key": "k", "api_secret": SECRET}, base_url=url, timeout=2)


def test_it_can_what_a_video_provider_must(livekit):
    assert all(
        isinstance(livekit, can) for can in (HasRooms, PlansRooms, ListsLive, MintsTokens, ReadsEvents)
    )


def test_opening_twice_is_one_room(livekit, sandbox, room_id):
    assert not livekit.open_room("default", room_id, created_by="h").is_live
    assert sandbox.effects("open_room", room_id) == 1


def test_a_room_is_live_while_somebody_is_in_it(livekit, sandbox, room_id):
    assert not livekit.room("default", room_id).session_id
    sandbox.trigger(room_id, "joined", identity="anna")
    room = livekit.room("default", room_id)
    assert room.is_live and room.session_id.startswith("RM_")
    sandbox.trigger(room_id, "left", identity="anna")
    assert not livekit.room("default", room_id).is_live


def test_an_ended_room_is_no_more(livekit, room_id):
    ended = livekit.end_room("default", room_id)
    assert abs((ended.ended_at - datetime.now(UTC)).total_seconds()) < 60
    with pytest.raises(Rejected) as raised:
        livekit.room("default", room_id)
    assert raised.value.code == "not_found"


def test_ending_or_deleting_what_is_gone_is_what_was_wanted(livekit, sandbox, room_id):
    livekit.delete_room("default", room_id)
    livekit.delete_room("default", room_id)
    for verify_first in (False, True):
        assert livekit.end_room("default", room_id, verify_first=verify_first).ended_at
    assert sandbox.effects("delete_room", room_id) == 1


def test_a_404_that_is_not_livekits_own_does_not_mean_that_a_room_is_gone():
    for body in (b"<html>wrong host</html>", {"code": "bad_route", "msg": "no handler for path"}):
        with answers(("404 Not Found", body)) as url:
            for ask in (over(url).end_room, over(url).delete_room, over(url).room):
                with pytest.raises((Rejected, UnknownOutcome)) as raised:
                    ask("default", "r1")
                assert raised.value.code != "not_found"


def test_all_rooms_of_a_server_are_live_and_no_others(livekit, sandbox_url):
    made = {livekit.open_room("default", f"room {n} ü", created_by="h").id for n in range(3)}
    build_adapter("livekit", {"api_key": "other", "api_secret": SECRET}, base_url=sandbox_url).open_room(
        "default", "theirs", created_by="h"
    )
    assert livekit.live_ids() == made


def test_a_list_of_many_rooms_is_read_though_it_is_long():
    rooms = [{"name": str(uuid.uuid4()), "metadata": "x" * 500} for _ in range(4000)]
    with answers(("200 OK", {"rooms": rooms})) as url:
        assert over(url).live_ids() == {room["name"] for room in rooms}


@pytest.mark.parametrize("rooms", [None, 5, {}, [5], [{"sid": "RM_1"}], [{"name": 7}]])
def test_a_list_that_is_none_is_not_taken_for_no_rooms(rooms):
    with answers(("200 OK", {"rooms": rooms})) as url, pytest.raises(Unavailable):
        over(url).live_ids()


def test_another_room_in_the_answer_is_not_the_one_that_was_asked_for():
    with answers(("200 OK", {"rooms": [{"name": "other"}]})) as url, pytest.raises(Rejected):
        over(url).room("default", "r1")


@pytest.mark.parametrize("odd", [{"num_participants": None}, {"num_participants": "x"}, {"sid": None}])
def test_a_field_that_livekit_garbles_spoils_nothing_else(odd):
    with answers(("200 OK", {"rooms": [{"name": "r1", "num_participants": 2} | odd]})) as url:
        assert over(url).room("default", "r1").id == "r1"


def test_a_room_waits_for_its_start_and_longer(livekit):
    room_id, at = str(uuid.uuid4()), datetime.now(UTC) + timedelta(days=3)
    livekit.open_room("default", room_id, created_by="h", starts_at=at)
    shown = _shown(livekit, room_id)
    assert shown["empty_timeout"] == pytest.approx((3 * 24 + 25) * 3600, abs=5)
    assert shown["departure_timeout"] == 150, "the platform's own grace comes first"


def test_a_connection_may_say_how_long_an_empty_room_waits(sandbox_url):
    given = {"api_key": "k", "api_secret": SECRET, "departure_timeout": "900"}
    patient = build_adapter("livekit", given, base_url=sandbox_url)
    room_id = patient.open_room("default", str(uuid.uuid4()), created_by="h").id
    assert _shown(patient, room_id)["departure_timeout"] == 900


def test_a_rooms_metadata_can_be_changed(livekit):
    room_id = livekit.open_room("default", str(uuid.uuid4()), created_by="h", custom={"title": "a"}).id
    assert _shown(livekit, room_id)["metadata"] == '{"title": "a"}'
    livekit.change_room("default", room_id, starts_at=None, custom={"title": "b"})
    assert _shown(livekit, room_id)["metadata"] == '{"title": "b"}'


def _shown(adapter, room_id):
    return adapter._rooms([room_id])[0]


def test_going_live_makes_a_room_anew_that_its_server_lost(livekit, room_id):
    assert livekit.go_live("default", room_id).id == room_id
    livekit.delete_room("default", room_id)
    assert not livekit.go_live("default", room_id).ended_at
    assert room_id in livekit.live_ids()


def test_a_client_token_is_for_one_user_and_one_room(livekit, room_id):
    claims = jwt.decode(livekit.client_token("default", room_id, "patient-7", seconds=60), SECRET, ["HS256"])
    assert (claims["sub"], claims["video"]["room"], claims["video"]["roomJoin"]) == (
        "patient-7",
        room_id,
        True,
    )
    assert claims["exp"] - claims["nbf"] == 60
    assert not {"roomCreate", "roomList", "roomAdmin"} & set(claims["video"])


def test_a_hosts_token_administers_its_room_only(livekit):
    video = {
        role: jwt.decode(livekit.client_token("", "r", "u", seconds=60, role=role), SECRET, ["HS256"])[
            "video"
        ]
        for role in ("host", "participant")
    }
    assert (video["host"]["roomAdmin"], video["host"]["room"]) == (True, "r")
    assert "roomAdmin" not in video["participant"]
    assert not {"roomCreate", "roomList"} & set(video["host"])


def test_wrong_credentials_are_said_to_be_so():
    refused = ("401 Unauthorized", b"invalid API key: k")
    with answers(refused) as url, pytest.raises(Rejected) as raised:
        over(url).room("default", "r1")
    assert raised.value.code == "auth"


def test_an_address_may_be_written_as_livekits_tools_do(livekit, sandbox_url, room_id):
    key = jwt.decode(livekit.client_token("", "r", "u", seconds=1), options={"verify_signature": False})[
        "iss"
    ]
    given = {"api_key": key, "api_secret": SECRET}
    assert (
        build_adapter("livekit", given, base_url=sandbox_url.replace("http", "ws")).room("", room_id).id
        == room_id
    )


def test_a_server_of_ones_own_needs_its_address():
    with pytest.raises(NotConfigured, match="base_url"):
        over("")


def test_a_room_without_a_name_is_refused_here():
    for ask in (over("http://127.0.0.1:9").end_room, over("http://127.0.0.1:9").room):
        with pytest.raises(Rejected) as raised:
            ask("default", "")
        assert raised.value.code == "bad_id"
