"""Plivo's API at the sandbox, where it differs from Vobiz's (tests/providers/sandbox/vobiz)."""

import uuid

import pytest
import requests

from tests.support.sandbox import SECRET

BODY = {"from": "+14155550100", "to": "+14155550111", "answer_url": "http://127.0.0.1:9/a"}


@pytest.fixture
def ask(sandbox_url):
    auth_id = f"MA{uuid.uuid4().hex[:18].upper()}"

    def ask(method, path, body=None, token=SECRET):
        url = f"{sandbox_url}/v1/Account/{auth_id}{path}"
        return requests.request(method, url, json=body, auth=(auth_id, token), timeout=5)

    return ask


def test_the_account_is_shown(ask):
    assert ask("GET", "/").json()["auth_id"].startswith("MA")


def test_wrong_credentials_are_refused_in_plain_text(ask):
    ask("GET", "/")
    refused = ask("GET", "/", token="wrong")
    assert refused.status_code == 401 and refused.text.startswith("Could not verify your access level")


def test_streams_are_listed_as_in_the_fixtures_of_its_package(ask):
    call_id = ask("POST", "/Call/", BODY).json()["request_uuid"]
    started = ask(
        "POST", f"/Call/{call_id}/Stream/", {"service_url": "wss://b.example/ws", "bidirectional": True}
    )
    assert set(started.json()) == {"api_id", "message", "stream_id"}
    listed = ask("GET", f"/Call/{call_id}/Stream/").json()
    assert set(listed) == {"api_id", "meta", "objects"}
    assert listed["meta"]["total_count"] == 1 and listed["objects"][0]["bidirectional"] is True
    again = ask("POST", f"/Call/{call_id}/Stream/", {"service_url": "wss://b.example/ws"})
    assert again.status_code == 400, "one stream at a time to one address"


def test_a_record_has_the_fields_of_the_fixtures_of_its_package(ask):
    call_id = ask("POST", "/Call/", BODY).json()["request_uuid"]
    assert ask("GET", f"/Call/{call_id}/").status_code == 404
    ask("DELETE", f"/Call/{call_id}/")
    record = ask("GET", f"/Call/{call_id}/").json()
    assert {"answer_time", "bill_duration", "call_uuid", "end_time", "total_amount", "total_rate"} <= set(
        record
    )
    listed = ask("GET", "/Call/?from_number=14155550100").json()
    assert [row["call_uuid"] for row in listed["objects"]] == [call_id]


def test_an_address_of_nothing_is_its_own_404(sandbox_url):
    answer = requests.get(f"{sandbox_url}/v1/Account/MA1/Nothing/x/", timeout=5)
    assert (answer.status_code, set(answer.json())) == (404, {"api_id", "error"})
