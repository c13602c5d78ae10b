"""Livestreams, their sessions and their analytics over REST."""

import pytest

from calls.models import MediaStream
from sessions_app.models import Livestream, LivestreamSession


@pytest.fixture
def ran(kit, meeting):
    """A livestream that ran; its id."""
    started = kit("POST", f"/meetings/{meeting.pk}/livestreams").json()["data"]["id"]
    kit("POST", f"/meetings/{meeting.pk}/active-livestream/stop")
    MediaStream.objects.update(seconds=90)
    LivestreamSession.objects.update(viewer_seconds=600)
    return started


def test_no_livestream_is_made_without_a_meeting(kit):
    """It would be a row that no provider knows, and that nothing could start."""
    answer = kit("POST", "/livestreams", {"name": "alone"})
    assert answer.status_code == 405 and answer.json()["success"] is False
    assert not Livestream.objects.exists()


def test_list_filters_and_sorts(kit, app, ran):
    """One of them has lost its meeting."""
    alone = str(Livestream.objects.create(account=app.account, app=app, name="alone").pk)

    def listed(query):
        answer = kit("GET", f"/livestreams?{query}")
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["data"]]

    assert listed("") == listed("sort_order=DSC") == [alone, ran]
    assert listed("sort_order=ASC") == [ran, alone]
    assert listed("exclude_meetings=true") == [alone]
    assert listed("status=IDLE") == [alone, ran] and listed("status=OFFLINE") == [ran]
    assert listed("status=LIVE") == []
    assert listed("start_time=2020-01-01T00:00:00Z&end_time=2020-02-01") == []
    assert listed("start_time=2020-01-01&per_page=1&page_no=2&unknown=1") == [ran]


def test_the_fields_are_the_vendors(kit, ran):
    (row,) = kit("GET", "/livestreams").json()["data"]
    assert row.keys() == {
        *("id", "name", "status", "meeting_id", "ingest_server", "stream_key", "playback_url", "disabled"),
        *("created_at", "updated_at"),
    }
    assert (row["status"], row["disabled"]) == ("IDLE", False)


def test_one_livestream_with_its_sessions(kit, ran):
    body = kit("GET", f"/livestreams/{ran}").json()
    assert body["data"]["livestream"]["id"] == ran
    (run,) = body["data"]["sessions"]
    assert run.keys() == {
        *("id", "livestream_id", "err_message", "invoked_time", "started_time", "stopped_time"),
        *("created_at", "updated_at", "ingest_seconds", "viewer_seconds"),
    }
    assert (run["ingest_seconds"], run["viewer_seconds"], run["livestream_id"]) == (90, 600, ran)
    assert body["paging"] == body["data"]["paging"] == {"total_count": 1, "start_offset": 1, "end_offset": 1}
    assert kit("GET", f"/livestreams/sessions/{run['id']}").json()["data"] == run


def test_the_active_session(kit, meeting, ran):
    assert kit("GET", f"/livestreams/{ran}/active-livestream-session").status_code == 404
    kit("POST", f"/meetings/{meeting.pk}/livestreams")
    data = kit("GET", f"/livestreams/{ran}/active-livestream-session").json()["data"]
    assert data["livestream"]["status"] == "LIVE" and data["session"]["stopped_time"] is None


def test_the_livestream_sessions_of_a_session(kit, api, app, live_session, studio):
    made = kit("POST", "/meetings", {"session_id": str(live_session.pk)}).json()["data"]
    kit("POST", f"/meetings/{made['id']}/livestreams")
    body = kit("GET", f"/sessions/{live_session.pk}/livestream-sessions").json()
    assert len(body["data"]) == 1 and body["paging"]["total_count"] == 1


def test_analytics(kit, ran):
    sums = {"count": 1, "total_ingest_seconds": 90, "total_viewer_seconds": 600}
    path = "/analytics/livestreams"
    assert kit("GET", f"{path}/overall").json() == {"success": True, "data": sums}
    (day,) = kit("GET", f"{path}/daywise").json()["data"]
    assert day == sums | {"date": day["date"]} and len(day["date"]) == 10
    assert kit("GET", f"{path}/overall?start_time=0&end_time=1000000000").json()["data"]["count"] == 0
    assert kit("GET", f"{path}/daywise?start_time=2020-01-01&end_time=2020-02-01").json()["data"] == []


ANCIENT = "0001-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "path",
    ["/livestreams?", "/meetings?", "/analytics/livestreams/overall?", "/analytics/livestreams/daywise?"],
)
@pytest.mark.parametrize(
    "times", [("start_time", ANCIENT), ("end_time", ANCIENT), ("end_time", "9999-12-31")]
)
def test_times_far_away(kit, path, times):
    assert kit("GET", f"{path}{times[0]}={times[1]}").status_code in (200, 400)


def test_sums_are_one_query(kit, ran, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        kit("GET", "/analytics/livestreams/daywise")


ODD = [
    "/livestreams?status=ON",
    "/livestreams?sort_order=UP",
    "/livestreams?exclude_meetings=perhaps",
    "/livestreams?start_time=1",
    "/livestreams?per_page=1e3",
    "/livestreams?page_no=99999999999999999999",
    "/analytics/livestreams/overall?start_time=x",
    "/analytics/livestreams/daywise?end_time=-1",
    "/analytics/livestreams/daywise?end_time=999999999999999",
    "/analytics/livestreams/daywise?end_time=%D9%A1",
]


@pytest.mark.parametrize("path", ODD)
def test_odd_queries(kit, path):
    answer = kit("GET", path)
    assert answer.status_code == 400 and answer.json()["error"]["message"].startswith("BAD_REQUEST: ")


MISSING = [
    "/livestreams/01a1fc09-0000-7000-8000-000000000009",
    "/livestreams/01a1fc09-0000-7000-8000-000000000009/active-livestream-session",
    "/livestreams/sessions/01a1fc09-0000-7000-8000-000000000009",
    "/sessions/01a1fc09-0000-7000-8000-000000000009/livestream-sessions",
    "/meetings/01a1fc09-0000-7000-8000-000000000009",
    "/meetings/01a1fc09-0000-7000-8000-000000000009/active-livestream",
    "/webhooks/01a1fc09-0000-7000-8000-000000000009",
    "/meetings/not-an-id",
    "/nothing",
]


@pytest.mark.parametrize("path", MISSING)
@pytest.mark.parametrize("prefix", ["", "/client/v4"])
def test_what_is_not_there_is_a_404_in_both_shapes(kit, path, prefix):
    body = kit("GET", path, prefix=prefix)
    assert body.status_code == 404
    assert body.json()["error"]["code"] == 404 and body.json()["errors"][0]["message"]


@pytest.mark.parametrize("path", ["/meetings/", "/livestreams/"])
def test_a_last_slash_is_never_redirected(kit, path):
    assert kit("GET", path).status_code == kit("POST", path, {}).status_code == 404
