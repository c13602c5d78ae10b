"""Calls over a LiveKit server: created, shown, ended, and never left running there or here."""

import json
from datetime import timedelta

import jwt
import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.adapters import adapter_for
from calls.lifecycle.end import end
from calls.models import Call, CallMonitor, Reconciliation, Step
from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.models import Connection
from tests.support.draining import drain

SECRET = "a-secret-of-at-least-32-characters"


@pytest.fixture
def livekit(account, sandbox_url) -> Connection:
    given = {"api_key": f"API{account.account_id}", "api_secret": SECRET}
    return upsert_connection(account, "livekit", given, base_url=sandbox_url)


@pytest.fixture
def call(line, livekit) -> Call:
    return line.open(provider="livekit")


def go_round(connection):
    """The result of one reconciliation of this connection, whose calls are old enough."""
    Call.objects.filter(connection=connection).update(created_at=Now() - timedelta(minutes=5))
    Reconciliation.objects.filter(connection=connection).update(due_at=Now())
    drain(Reconciliation)
    return Reconciliation.objects.get(connection=connection).result


def test_a_call_opens_a_room_of_its_own(call, livekit, sandbox):
    assert (call.provider, call.connection, call.status) == ("livekit", livekit, "live")
    assert call.provider_call_id in sandbox.live()["livekit"]
    assert sandbox.effects("open_room", call.provider_call_id) == 1


def test_without_a_choice_getstream_comes_first_and_livekit_where_there_is_no_other(line, livekit):
    call = line.open()
    assert call.provider == "getstream"
    call.delete()
    line.video.delete()
    assert line.open().provider == "livekit"


def test_the_choice_is_made_over_rest(api, line, livekit):
    body = {"host_user_id": "h", "title": "t"}
    made = api("POST", "/v1/live/calls", body | {"provider": "livekit"}).json()
    assert Call.objects.get(pk=made["id"]).provider == "livekit"
    assert api("POST", "/v1/live/calls", body | {"provider": ""}).status_code == 201
    assert api("POST", "/v1/live/calls", body | {"provider": "twilio"}).status_code == 400


def test_a_choice_that_is_not_connected_is_503_and_no_call(api):
    body = {"host_user_id": "h", "title": "t", "provider": "livekit"}
    assert api("POST", "/v1/live/calls", body).status_code == 503
    assert not Call.objects.filter(account=api.account).exists()


def test_another_tenants_server_is_not_taken(api, line, livekit, account):
    other = Connection.objects.exclude(account=account).first()
    Connection.objects.filter(pk=livekit.pk).update(account=other.account)
    body = {"host_user_id": "h", "title": "t", "provider": "livekit"}
    assert api("POST", "/v1/live/calls", body).status_code == 503


def test_a_get_shows_how_the_room_stands(api, call, sandbox):
    def live():
        return api("GET", f"/v1/live/calls/{call.pk}").json()["live"]

    assert live() == {"is_live": False, "current_session_id": None, "ended_at": None}
    sandbox.trigger(call.provider_call_id, "joined", identity="anna")
    assert live()["is_live"] and live()["current_session_id"].startswith("RM_")


def test_a_token_lets_one_user_into_this_room_alone(api, call):
    answer = api("POST", f"/v1/live/calls/{call.pk}/token", {"user_id": "anna", "ttl_seconds": 60})
    claims = jwt.decode(answer.json()["token"], SECRET, ["HS256"])
    assert (claims["sub"], claims["exp"] - claims["nbf"]) == ("anna", 60)
    assert (claims["video"]["roomJoin"], claims["video"]["room"]) == (True, call.provider_call_id)


def test_a_scheduled_call_starts_though_its_server_lost_the_room(api, line, livekit, sandbox):
    at = (timezone.now() + timedelta(days=2)).isoformat()
    body = {"host_user_id": "h", "title": "t", "scheduled_at": at, "provider": "livekit"}
    made = api("POST", "/v1/live/calls", body).json()
    assert made["status"] == "scheduled"
    adapter_for(livekit).delete_room("default", made["id"])
    assert api("POST", f"/v1/live/calls/{made['id']}/start").json()["status"] == "live"
    assert made["id"] in sandbox.live()["livekit"]


def test_participants_see_a_new_title(api, call, livekit):
    assert api("PATCH", f"/v1/live/calls/{call.pk}", {"title": "renamed"}).status_code == 200
    (room,) = adapter_for(livekit)._rooms([call.provider_call_id])
    assert json.loads(room["metadata"]) == {"liveplatform_call_id": str(call.pk), "title": "renamed"}


def test_an_end_deletes_the_room_once(api, call, sandbox):
    for _ in range(2):
        assert api("POST", f"/v1/live/calls/{call.pk}/end").status_code == 200
    assert sandbox.effects("delete_room", call.provider_call_id) == 1
    assert call.provider_call_id not in sandbox.live()["livekit"]


def test_a_room_that_is_gone_there_ends_the_call_here(call, livekit):
    assert go_round(livekit)["gone_there"] == 0, "a room that waits is not gone"
    adapter_for(livekit).delete_room("default", call.provider_call_id)
    assert go_round(livekit)["gone_there"] == 1
    drain(CallMonitor)
    call.refresh_from_db()
    assert (call.status, call.end_code) == ("ended", "stale")


def test_a_room_that_opens_again_after_the_end_is_deleted_again(call, livekit, sandbox):
    """LiveKit recreates a room for anyone with a token, unless room.auto_create is off."""
    end(call.pk, account_id=call.account_id, actor="test")
    drain(Step)
    adapter_for(livekit).open_room("default", call.provider_call_id, created_by="a client that came again")
    Call.objects.filter(pk=call.pk).update(ended_at=Now() - timedelta(minutes=1))
    assert go_round(livekit)["again"] == 1
    drain(Step)
    assert call.provider_call_id not in sandbox.live()["livekit"]


def test_a_server_that_does_not_answer_ends_nobodys_call(call, livekit):
    Connection.objects.filter(pk=livekit.pk).update(base_url="http://127.0.0.1:9")
    assert "unanswered" in go_round(livekit)
    call.refresh_from_db()
    assert not call.is_over


def test_rooms_that_nobody_here_knows_are_left_alone(call, livekit, sandbox):
    adapter_for(livekit).open_room("default", "theirs", created_by="another program")
    assert go_round(livekit)["unknown_here"] == 1
    assert "theirs" in sandbox.live()["livekit"]


def test_a_phone_calls_own_room_may_be_livekits(line, livekit, sandbox):
    call = line.dial_with_room(livekit)
    assert call.room_id in sandbox.live()["livekit"]
    end(call.pk, account_id=call.account_id, actor="test")
    drain(Step)
    assert call.room_id not in sandbox.live()["livekit"]
