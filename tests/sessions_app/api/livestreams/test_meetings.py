"""Meetings over REST, and the livestream of each: start, see, stop; in the vendor's shapes."""

import pytest

from calls.models import MediaStream
from liveplatform.api.models import IdempotencyRecord
from liveplatform.webhooks.models import Event
from sessions_app.models import Livestream, Meeting
from tests.sessions_app.factories import session
from tests.sessions_app.livestreams.studio import INGEST, KEY
from tests.support.api_client import ApiClient

RTMP = "rtmp://a.example/live2/the-key-of-the-target"


def test_create_answers_the_vendors_fields(kit):
    answer = kit("POST", "/meetings", {"title": "Open day", "record_on_start": True, "not_known": 1})
    body = answer.json()
    assert answer.status_code == 201 and body.keys() == {"success", "data"} and body["success"] is True
    assert {"id", "created_at", "updated_at", "title", "status", "recording_config"} <= body["data"].keys()
    assert (body["data"]["title"], body["data"]["status"]) == ("Open day", "ACTIVE")
    assert (body["data"]["record_on_start"], body["data"]["persist_chat"]) == (True, False)


def test_create_without_a_body(kit):
    assert kit("POST", "/meetings").status_code == 201


def test_change_and_replace(kit, meeting):
    path = f"/meetings/{meeting.pk}"
    kit("PATCH", path, {"persist_chat": True})
    changed = kit("PATCH", path, {"title": "Another", "status": "INACTIVE"}).json()["data"]
    assert (changed["title"], changed["status"], changed["persist_chat"]) == ("Another", "INACTIVE", True)
    replaced = kit("PUT", path, {"title": "New"}).json()["data"]
    assert (replaced["title"], replaced["status"], replaced["persist_chat"]) == ("New", "ACTIVE", False)
    assert kit("GET", path).json()["data"] == replaced


def test_list_pages_searches_and_filters(kit, meeting):
    for number in range(3):
        kit("POST", "/meetings", {"title": f"Talk {number}"})
    body = kit("GET", "/meetings?page_no=2&per_page=3&who=knows").json()
    assert body["paging"] == {"total_count": 4, "start_offset": 4, "end_offset": 4}
    assert [row["id"] for row in body["data"]] == [str(meeting.pk)]
    assert len(kit("GET", "/meetings?search=talk").json()["data"]) == 3
    assert len(kit("GET", f"/meetings?search={meeting.pk}").json()["data"]) == 1
    assert kit("GET", "/meetings?status=INACTIVE").json() == {
        "success": True,
        "data": [],
        "paging": {"total_count": 0, "start_offset": 0, "end_offset": 0},
    }
    assert kit("GET", "/meetings?page_no=900000").json()["data"] == []


def test_the_rtmp_url_is_sealed_and_masked_for_readers(kit, api, app):
    body = {"recording_config": {"live_streaming_config": {"rtmp_url": RTMP}, "max_seconds": 60}}
    made = kit("POST", "/meetings", body).json()["data"]
    assert made["recording_config"] == body["recording_config"]
    row = Meeting.objects.values().get(pk=made["id"])
    assert "the-key-of-the-target" not in str(row)
    reader = ApiClient(api.account, ("read:live",))
    path = f"/client/v4/accounts/{api.account.account_id}/realtime/kit/{app.app_id}/meetings"
    for seen in (reader("GET", f"{path}/{made['id']}"), reader("GET", path)):
        assert "the-key-of-the-target" not in seen.content.decode() and "********" in seen.content.decode()


def test_storage_secrets_are_never_shown(kit):
    storage = {"type": "aws", "access_key": "AK", "secret": "hush", "bucket": "b"}
    made = kit("POST", "/meetings", {"recording_config": {"storage_config": storage}}).json()["data"]
    assert made["recording_config"]["storage_config"] == {"type": "aws", "bucket": "b"}


def test_start_is_201_and_invoked(kit, meeting, studio):
    answer = kit("POST", f"/meetings/{meeting.pk}/livestreams", {})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body.keys() == {"success", "data"}
    assert body["data"].keys() == {"id", "status", "ingest_server", "stream_key", "playback_url"}
    assert (body["data"]["status"], body["data"]["stream_key"]) == ("INVOKED", KEY)
    again = kit("POST", f"/meetings/{meeting.pk}/livestreams")
    assert (again.status_code, again.json()["data"]["id"]) == (201, body["data"]["id"])
    assert studio.count("start") == 1


def test_the_active_livestream_shows_its_key_to_writers_only(kit, api, app, meeting, studio):
    kit("POST", f"/meetings/{meeting.pk}/livestreams", {"name": "main"})
    path = f"/meetings/{meeting.pk}/active-livestream"
    seen = kit("GET", path).json()["data"]
    assert (seen["name"], seen["status"], seen["meeting_id"]) == ("main", "LIVE", str(meeting.pk))
    assert (seen["stream_key"], seen["ingest_server"], seen["disabled"]) == (KEY, INGEST, False)
    reader = ApiClient(api.account, ("read:live",))
    url = f"/accounts/{api.account.account_id}/realtime/kit/{app.app_id}{path}"
    seen = reader("GET", url).json()["data"]
    assert (seen["stream_key"], seen["ingest_server"]) == (None, None)
    assert seen["playback_url"].startswith("https://watch.studio.example/")


def test_stop_with_an_empty_body_declared_as_json(kit, meeting, studio):
    kit("POST", f"/meetings/{meeting.pk}/livestreams")
    answer = kit("POST", f"/meetings/{meeting.pk}/active-livestream/stop")
    assert (answer.status_code, answer.json()) == (
        200,
        {"success": True, "data": {"message": "Stopped live stream successfully"}},
    )
    assert not studio.live() and Livestream.objects.get().status == "OFFLINE"


def test_nothing_to_stop_is_a_404_in_both_shapes(kit, meeting):
    for method, path in (("POST", "active-livestream/stop"), ("GET", "active-livestream")):
        answer = kit(method, f"/meetings/{meeting.pk}/{path}")
        body = answer.json()
        assert answer.status_code == 404 and body["success"] is False
        assert body["error"]["code"] == 404 and str(meeting.pk) in body["error"]["message"]
        assert body["errors"][0]["message"] == body["error"]["message"]


def test_a_stop_that_the_sdk_repeats_by_itself_looks_like_the_stop(kit, api, app, meeting, studio):
    kit("POST", f"/meetings/{meeting.pk}/livestreams")
    path = f"/meetings/{meeting.pk}/active-livestream/stop"
    kit("POST", path)
    assert kit("POST", path, X_Stainless_Retry_Count="1").status_code == 200
    assert kit("POST", path, X_Stainless_Retry_Count="0").status_code == 404
    other = ApiClient(api.account)
    url = f"/accounts/{api.account.account_id}/realtime/kit/{app.app_id}{path}"
    assert other("POST", url, X_Stainless_Retry_Count="1").status_code == 404
    assert studio.count("stop") == 1


def test_a_stop_that_is_accepted_is_200(kit, meeting, studio):
    studio.stop_outcome = "accepted"
    kit("POST", f"/meetings/{meeting.pk}/livestreams")
    answer = kit("POST", f"/meetings/{meeting.pk}/active-livestream/stop")
    assert answer.status_code == 200 and "on record" in answer.json()["data"]["message"]
    assert MediaStream.objects.get().status == "stopping"


@pytest.mark.parametrize(("how", "status", "retry"), [("rejected", 502, "false"), ("unavailable", 502, None)])
def test_a_start_that_fails_says_so(kit, meeting, studio, how, status, retry):
    studio.failures["start"] = [how]
    answer = kit("POST", f"/meetings/{meeting.pk}/livestreams")
    assert (answer.status_code, answer.headers.get("x-should-retry")) == (status, retry)
    assert "studio" in answer.json()["error"]["message"]
    assert kit("GET", f"/meetings/{meeting.pk}/active-livestream").status_code == 404


def test_the_key_is_in_no_record_and_no_event(kit, meeting, studio, caplog):
    headers = {"Idempotency_Key": "one"}
    first = kit("POST", f"/meetings/{meeting.pk}/livestreams", {}, **headers)
    assert kit("POST", f"/meetings/{meeting.pk}/livestreams", {}, **headers).json() == first.json()
    kit("POST", f"/meetings/{meeting.pk}/active-livestream/stop")
    events = [event.body for event in Event.objects.filter(type__startswith="livestream.")]
    assert len(events) == 2
    (record,) = IdempotencyRecord.objects.filter(key="one")
    stored = [*events, bytes(record.body).decode(), str(list(Livestream.objects.values())), caplog.text]
    assert all(KEY not in text for text in stored)


def test_a_meeting_of_a_session_needs_the_session_to_be_live(kit, account, studio):
    row = session(account)
    made = kit("POST", "/meetings", {"session_id": str(row.pk)}).json()["data"]
    assert made["session_id"] == str(row.pk)
    answer = kit("POST", f"/meetings/{made['id']}/livestreams")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("BAD_REQUEST: meeting_id: Its session is scheduled")


def test_the_livestreams_of_a_meeting(kit, meeting, studio):
    kit("POST", f"/meetings/{meeting.pk}/livestreams")
    body = kit("GET", f"/meetings/{meeting.pk}/livestream").json()
    assert len(body["data"]) == 1 and body["paging"]["total_count"] == 1


ODD = [
    ("POST", "/meetings", {"title": 7}),
    ("POST", "/meetings", {"title": "x" * 501}),
    ("POST", "/meetings", {"recording_config": "x"}),
    ("POST", "/meetings", {"recording_config": {"live_streaming_config": 1}}),
    ("POST", "/meetings", {"recording_config": {"live_streaming_config": {"rtmp_url": "http://a/b"}}}),
    ("POST", "/meetings", {"session_keep_alive_time_in_secs": -1}),
    ("POST", "/meetings", {"session_id": "x"}),
    ("POST", "/meetings", {"session_id": "01a1fc09-0000-7000-8000-000000000009"}),
    ("POST", "/meetings/{meeting}/livestreams", {"video_config": {"height": 10**12}}),
    ("POST", "/meetings/{meeting}/livestreams", {"video_config": [1]}),
    ("POST", "/meetings/{meeting}/livestreams", {"name": ["x"]}),
    ("POST", "/meetings/{meeting}/livestreams", b"{"),
    ("POST", "/meetings/{meeting}/livestreams", b"[]"),
    ("PATCH", "/meetings/{meeting}", {"status": "MAYBE"}),
    ("PATCH", "/meetings/{meeting}", {"ai_config": []}),
    ("GET", "/meetings?page_no=0", None),
    ("GET", "/meetings?page_no=x", None),
    ("GET", "/meetings?per_page=101", None),
    ("GET", "/meetings?start_time=yesterday", None),
    ("GET", "/meetings?end_time=9999-12-31T23:59:59-23:00", None),
    ("GET", "/meetings?status=%F0%9F%98%80", None),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), ODD, ids=str)
def test_odd_input_is_a_400_that_begins_as_the_vendors(kit, meeting, studio, method, path, body):
    answer = kit(method, path.replace("{meeting}", str(meeting.pk)), body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["error"]["code"] == 400
    assert answer.json()["error"]["message"].startswith("BAD_REQUEST: ")
    assert not studio.asked
