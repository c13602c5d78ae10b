"""`/v1/sessions/{id}/livestream`: for the hosts of a session, in the platform's own shape."""

import pytest

from sessions_app.models import Livestream, Meeting
from tests.sessions_app.factories import HOST, session, user_token
from tests.sessions_app.livestreams.studio import INGEST, KEY


@pytest.fixture
def path(live_session):
    return f"/v1/sessions/{live_session.pk}/livestream"


def test_start_see_and_stop(api, path, live_session, studio):
    started = api("POST", path, {"name": "Main"})
    body = started.json()
    assert started.status_code == 201, body
    assert (body["status"], body["name"], body["session_id"]) == ("LIVE", "Main", str(live_session.pk))
    assert (body["stream_key"], body["ingest_server"]) == (KEY, INGEST)
    assert api("POST", path).json()["run_id"] == body["run_id"] and studio.count("start") == 1
    assert api("GET", path).json()["id"] == body["id"]
    stopped = api("POST", f"{path}/stop").json()
    assert (stopped["status"], stopped["outcome"]) == ("OFFLINE", "stopped") and not studio.live()
    assert api("POST", f"{path}/stop").status_code == 404
    assert Meeting.objects.get().title == live_session.title


def test_hosts_may_and_others_may_not(api, account, path, studio):
    host = {"Authorization": f"Bearer {user_token(account, HOST)}"}
    guest = {"Authorization": f"Bearer {user_token(account, 'anna')}"}
    for method, at in (("POST", path), ("GET", path), ("POST", f"{path}/stop")):
        answer = api(method, at, **guest)
        assert (answer.status_code, answer.json()["error"]) == (403, "not_the_host")
    assert api("POST", path, **host).status_code == 201
    seen = api("GET", path, Authorization=f"Bearer {user_token(account, HOST, 'read:live')}").json()
    assert (seen["stream_key"], seen["ingest_server"]) == (None, None) and seen["playback_url"]
    assert api("POST", f"{path}/stop", **host).status_code == 200


def test_a_session_that_is_not_live_has_none(api, account, connection, studio):
    row = session(account)
    path = f"/v1/sessions/{row.pk}/livestream"
    assert api("GET", path).status_code == 404
    answer = api("POST", path)
    assert (answer.status_code, answer.json()["error"]) == (412, "wrong_state")
    assert api("POST", f"{path}/stop").status_code == 404
    assert not Livestream.objects.exists() and not studio.asked


def test_a_room_that_is_not_broadcast(api, account, live_session, studio, rooms):
    live_session.call.__class__.objects.update(connection=rooms, provider="getstream")
    answer = api("POST", f"/v1/sessions/{live_session.pk}/livestream")
    assert answer.status_code == 412 and "getstream" in answer.json()["message"]


def test_another_brand_sees_none(api, path):
    assert api("POST", path, X_Brand_Id="other").status_code == 404


def test_a_provider_that_refuses(api, path, studio):
    studio.failures["start"] = ["rejected"]
    answer = api("POST", path)
    assert (answer.status_code, answer.json()["error"]) == (502, "provider_error")
    assert api("GET", path).json()["status"] == "ERRORED"


@pytest.mark.parametrize("body", [{"nme": "x"}, {"name": 7}, {"video_config": 1}], ids=str)
def test_odd_input(api, path, studio, body):
    assert api("POST", path, body).status_code == 400 and not studio.asked
