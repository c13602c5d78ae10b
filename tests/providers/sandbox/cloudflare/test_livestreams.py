"""RealtimeKit's livestreams at the sandbox: what the package does not show."""

import time
import uuid

import pytest
import requests

from tests.support.sandbox import SECRET


@pytest.fixture
def kit(sandbox_url):
    base = f"{sandbox_url}/client/v4/accounts/{'a' * 32}/realtime/kit/{uuid.uuid4().hex}"
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}

    def ask(method, path, body=None):
        return requests.request(method, base + path, json=body, headers=headers, timeout=5)

    return ask


@pytest.fixture
def meeting(kit):
    return kit("POST", "/meetings", {"title": "Show"}).json()["data"]["id"]


def test_a_start_is_answered_201_and_a_second_one_is_refused(kit, meeting):
    first = kit("POST", f"/meetings/{meeting}/livestreams", {})
    assert (first.status_code, first.json()["data"]["status"]) == (201, "INVOKED")
    assert kit("POST", f"/meetings/{meeting}/livestreams", {}).status_code == 400


def test_a_stop_has_an_empty_body_and_a_message(kit, meeting):
    kit("POST", f"/meetings/{meeting}/livestreams", {})
    stopped = kit("POST", f"/meetings/{meeting}/active-livestream/stop")
    assert (stopped.status_code, stopped.json()["success"]) == (200, True)
    gone = kit("POST", f"/meetings/{meeting}/active-livestream/stop")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, 404)


def test_one_that_is_stuck_runs_on_after_a_stop(kit, meeting, sandbox):
    started = kit("POST", f"/meetings/{meeting}/livestreams", {}).json()["data"]["id"]
    sandbox.trigger(meeting, "stuck")
    assert kit("POST", f"/meetings/{meeting}/active-livestream/stop").status_code == 200
    assert started in sandbox.live_streams()["cloudflare"]
    sandbox.trigger(started, "offline")
    assert started not in sandbox.live_streams()["cloudflare"]


def test_lists_have_pages_and_filters(kit, meeting):
    kit("POST", f"/meetings/{meeting}/livestreams", {"name": "n1"})
    for name in ("a", "b"):
        assert kit("POST", "/livestreams", {"name": name}).status_code == 201
    time.sleep(0.4)
    page = kit("GET", "/livestreams?per_page=2&page_no=2").json()
    assert len(page["data"]) == 1 and page["paging"]["total_count"] == 3
    assert [each["name"] for each in kit("GET", "/livestreams?status=LIVE").json()["data"]] == ["n1"]
    of_meeting = kit("GET", f"/meetings/{meeting}/livestream").json()["data"]
    assert [each["name"] for each in of_meeting] == ["n1"]


def test_a_livestream_has_a_session_and_counts_in_the_analytics(kit, meeting):
    id = kit("POST", f"/meetings/{meeting}/livestreams", {}).json()["data"]["id"]
    session = kit("GET", f"/livestreams/{id}/active-livestream-session").json()["data"]["session"]
    assert kit("GET", f"/livestreams/sessions/{session['id']}").json()["data"]["session"] == session
    assert kit("GET", "/analytics/livestreams/overall").json()["data"]["count"] == 1
    assert [day["count"] for day in kit("GET", "/analytics/livestreams/daywise").json()["data"]] == [1]


def test_another_apps_meeting_is_unknown_and_an_unknown_address_too(kit, meeting, sandbox_url):
    base = f"{sandbox_url}/client/v4/accounts/{'a' * 32}/realtime/kit"
    headers = {"Authorization": f"Bearer {SECRET}"}
    other = requests.get(f"{base}/other/meetings/{meeting}", headers=headers, timeout=5)
    nowhere = requests.get(f"{base}/other/nothing", headers=headers, timeout=5)
    assert (other.status_code, nowhere.status_code) == (404, 404)
    assert nowhere.json()["errors"][0]["code"] == 7003
