"""Vobiz: its own headers, addresses and records. What it shares with Plivo: tests/providers/plivo."""

from datetime import UTC, datetime, timedelta

import pytest

from providers.errors import Unavailable
from providers.registry import build_adapter
from providers.streams import AudioFork, StreamRef
from tests.support.request_recorder import recorder
from tests.support.sandbox import SECRET

NUMBERS = {"to": "+14155550111", "from_": "+14155550100"}
ROOT = "/api/v1/Account/MA_BN2MZ1VV"


def vobiz(url):
    given = {"auth_id": "MA_BN2MZ1VV", "auth_token": SECRET}
    return build_adapter("vobiz", given, base_url=url, key=url)


def test_the_headers_of_vobiz_and_none_of_plivo():
    with recorder({"request_uuid": "c1", "message": "Call fired", "api_id": "1"}, 201) as (url, seen):
        vobiz(url).make_call(**NUMBERS, url="https://us.example/a", status_callback="https://us.example/e")
    assert (seen[0].method, seen[0].path) == ("POST", f"{ROOT}/Call/")
    assert seen[0].headers["x-auth-id"] == "MA_BN2MZ1VV"
    assert seen[0].headers["x-auth-token"] == SECRET
    assert "authorization" not in seen[0].headers
    assert seen[0].document == {
        "from": NUMBERS["from_"],
        "to": NUMBERS["to"],
        "answer_url": "https://us.example/a",
        "answer_method": "POST",
        "ring_url": "https://us.example/e",
        "ring_method": "POST",
        "hangup_url": "https://us.example/e",
        "hangup_method": "POST",
    }


@pytest.mark.parametrize(
    ("status", "answer"),
    [(202, {"message": "audio streaming started", "stream_id": "s1"}), (200, {"stream_id": "s1"})],
)
def test_both_documented_answers_to_a_start_are_taken(status, answer):
    asked = AudioFork(name="n", service_url="wss://b.example/ws", track="inbound", bidirectional=True)
    with recorder(answer, status) as (url, seen):
        assert vobiz(url).start_fork("c1", asked).id == "s1"
    assert seen[0].path == f"{ROOT}/Call/c1/Stream/"
    assert seen[0].document["bidirectional"] == "true", "a JSON boolean forks one way"


@pytest.mark.parametrize(
    ("status", "answer", "outcome"),
    [
        (204, None, "stopped"),
        (200, {"message": "Stream stopped", "stream_id": "s1"}, "stopped"),
        (404, {"api_id": "1", "error": "Stream not found"}, "not_running"),
        (404, {"api_id": "1", "error": "No active stream found"}, "not_running"),
    ],
)
def test_all_documented_answers_to_a_stop_are_taken(status, answer, outcome):
    with recorder(answer, status) as (url, seen):
        assert vobiz(url).stop_fork(StreamRef("c1", id="s1")) == outcome
    assert (seen[0].method, seen[0].path, seen[0].body) == ("DELETE", f"{ROOT}/Call/c1/Stream/s1/", b"")


def test_live_calls_are_asked_for_without_the_slash_and_queued_ones_with_it(vobiz, sandbox):
    """docs.vobiz.ai: GET /Call?status=live and GET /Call/?status=queued."""
    with recorder({"api_id": "1", "calls": ["c1"]}) as (url, seen):
        assert build_adapter(
            "vobiz", {"auth_id": "MA_1", "auth_token": "t"}, base_url=url, key=url
        ).live_ids() == {"c1"}
    assert {each.path.partition("limit")[0] for each in seen} == {
        "/api/v1/Account/MA_1/Call/?status=queued&",
        "/api/v1/Account/MA_1/Call?status=live&",
    }


@pytest.mark.parametrize("odd", [{}, {"data": None}, {"data": {}}, {"calls": 5}])
def test_a_list_that_is_none_is_not_taken_for_no_calls(odd):
    with recorder(odd) as (url, _), pytest.raises(Unavailable):
        vobiz(url).find_calls(**NUMBERS, since=datetime.now(UTC) - timedelta(seconds=5))
