"""A key with write:live alone ends and changes calls, and reads nothing by it."""

import pytest

from liveplatform.accounts.keys import clear_cache
from liveplatform.accounts.scopes import ADMIN, READ, WRITE
from tests.support.api_client import ApiClient
from tests.support.factories import NUMBER, TWIML, phone_call, video_call

SECRET = "what nobody may see"


@pytest.fixture
def writer(account):
    return ApiClient(account, (WRITE,))


def secrets(account, make, **fields):
    hidden = {"metadata": {"k": SECRET}, "notes": SECRET, "feedback": SECRET, "title": SECRET}
    return make(account, **hidden, host_user_id=SECRET, **fields)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/calls/{id}/end", {}),
        ("POST", "/calls/end", {"call_id": "{id}"}),
        ("PATCH", "/v1/calls/{id}/record", {}),
        ("PATCH", "/v1/calls/{id}/record", {"metadata": {"other": 1}}),
        ("POST", "/calls", {"call_from": NUMBER, "call_to": "+14155550111", "call_sid": "CA1"}),
    ],
)
def test_the_answer_to_a_write_shows_the_state_alone(account, writer, api, method, path, body):
    call = secrets(account, phone_call, provider_call_id="CA1")
    filled = {name: str(call.pk) if value == "{id}" else value for name, value in body.items()}
    answer = writer(method, path.format(id=call.pk), filled)
    assert answer.status_code == 200, answer.content
    shown = answer.json().get("data", answer.json())
    assert shown["id"] == str(call.pk)
    assert SECRET not in answer.content.decode()
    assert "+1415" not in answer.content.decode()
    full = api(method, path.format(id=call.pk), filled)
    assert SECRET in full.content.decode(), "a key that may read sees all of it"
    assert (full.json().get("data") or full.json()).keys() == shown.keys(), "in the same shape"


def test_of_a_live_call_too(account, writer):
    call = secrets(account, video_call)
    answer = writer("PATCH", f"/v1/live/calls/{call.pk}", {"time_limit": 60})
    assert (answer.status_code, answer.json()["title"], answer.json()["status"]) == (200, "", "live")
    assert SECRET not in answer.content.decode()


def test_a_new_call_is_named_so_that_it_can_be_used(writer, line):
    body = {"call_from": NUMBER, "call_to": "+14155550111", "twiml": TWIML}
    assert writer("POST", "/calls/make-call", body).json()["data"]["call_sid"]
    made = writer("POST", "/v1/live/calls", {"host_user_id": "h", "title": "t"}).json()
    assert made["stream_call_id"] and made["stream_call_type"]


def test_turns_that_were_there_before_are_not_shown(account, writer):
    path = f"/v1/calls/{phone_call(account).pk}/transcript"
    ApiClient(account)("PUT", path, {"turns": [{"role": "agent", "text": SECRET}]})
    answer = writer("POST", path, {"turns": [{"role": "customer", "text": "mine"}]})
    assert [turn["text"] for turn in answer.json()["turns"]] == ["mine"]


def test_a_count_is_read(account):
    for scopes, status in (((ADMIN,), 403), ((ADMIN, READ), 200)):
        api = ApiClient(account, scopes)
        assert api("POST", "/v1/calls/bulk-end", {"all": True, "dry_run": True}).status_code == status


@pytest.mark.parametrize("path", ["/v1/calls", "/calls/query", "/v1/live/calls", "/v1/operations"])
def test_lists_need_the_scope(writer, path):
    assert writer("GET", path).status_code == 403


def test_a_stored_answer_is_not_given_to_fewer_scopes(account):
    call = secrets(account, phone_call)
    api = ApiClient(account, (READ, WRITE))
    end = f"/v1/calls/{call.pk}/end"
    assert SECRET in api("POST", end, {}, Idempotency_Key="k").content.decode()
    api.key.scopes = [WRITE]
    api.key.save()
    clear_cache()
    again = api("POST", end, {}, Idempotency_Key="k")
    assert (again.status_code, again.json()["error"]) == (409, "idempotency_scope_missing")
    assert SECRET not in again.content.decode()
