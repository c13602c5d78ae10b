"""/v1/api-keys: created, listed, rotated and revoked with admin:live; the text of a key is shown once and not stored."""

from datetime import timedelta

import pytest
from django.utils import timezone

from liveplatform.accounts import keys
from liveplatform.accounts.models import ApiKey
from tests.support.api_client import ApiClient
from tests.support.database import everything

PATH = "/v1/api-keys"
READ = {"scopes": ["read:live"]}


def works(api: ApiClient, text: str) -> bool:
    keys.clear_cache()
    return api("GET", "/v1/live/calls", Authorization=f"Bearer {text}").status_code == 200


def test_a_key_is_made_and_works(api):
    answer = api("POST", PATH, {"name": "ci", "scopes": ["read:live"]})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["scopes"], made["expires_at"]) == ("ci", ["read:live"], None)
    assert made["api_key"].startswith(f"lp_{made['public_id']}_")
    assert works(api, made["api_key"])


def test_a_key_is_not_made_without_saying_what_it_may_do(api):
    answer = api("POST", PATH, {"name": "ci"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["scopes"])


def test_a_key_with_more_scopes_than_the_requesting_key_is_refused(account):
    api = ApiClient(account, ("admin:live",))
    answer = api("POST", PATH, {"scopes": ["write:live"]})
    assert answer.status_code == 403
    assert "write:live" in answer.json()["message"]


def test_rotating_a_key_with_more_scopes_is_refused(api, account):
    admin = ApiClient(account, ("admin:live",))
    assert admin("POST", f"{PATH}/{api.key.pk}/rotate").status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"scopes": []},
        {"scopes": ["all"]},
        {"scopes": "read:live"},
        {"scopes": ["read:live"] * 11},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "soon"},
        {"name": 7},
        {"name": "a" * 101},
        {"secret": "mine"},
        {"account": "other"},
    ],
)
def test_an_invalid_request_is_400(api, body):
    assert api("POST", PATH, body).status_code == 400
    assert ApiKey.objects.filter(account=api.account).count() == 1


def test_the_list_shows_no_secret(api):
    text = api("POST", PATH, READ).json()["api_key"]
    listed = api("GET", PATH)
    assert {key["public_id"] for key in listed.json()["api_keys"]} == set(
        ApiKey.objects.filter(account=api.account).values_list("public_id", flat=True)
    )
    assert text.split("_", 2)[2] not in listed.content.decode()
    assert "hash" not in listed.content.decode()


def test_rotation_leaves_two_live_keys(api):
    old = api("POST", PATH, {"name": "ci", "scopes": ["read:live"]}).json()
    answer = api("POST", f"{PATH}/{old['id']}/rotate", {"overlap_hours": 1})
    assert answer.status_code == 201
    new = answer.json()
    assert (new["name"], new["scopes"]) == ("ci", ["read:live"])
    assert works(api, old["api_key"]) and works(api, new["api_key"])
    left = ApiKey.objects.get(pk=old["id"]).expires_at - timezone.now()
    assert timedelta(minutes=58) < left <= timedelta(hours=1)


@pytest.mark.parametrize("gone", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}])
def test_a_key_that_has_ended_is_not_rotated(api, gone):
    old = api("POST", PATH, READ).json()
    ApiKey.objects.filter(pk=old["id"]).update(**gone)
    assert api("POST", f"{PATH}/{old['id']}/rotate").status_code == 409


def test_a_rotated_key_is_not_rotated_again(api):
    old = api("POST", PATH, READ).json()
    assert api("POST", f"{PATH}/{old['id']}/rotate", {"overlap_hours": 1}).status_code == 201
    again = api("POST", f"{PATH}/{old['id']}/rotate", {"overlap_hours": 1})
    assert (again.status_code, again.json()["error"]) == (409, "key_not_rotatable")
    assert "rotate its successor" in again.json()["message"]
    assert ApiKey.objects.filter(account=api.account).count() == 3, "the asking one, the old and the new"
    assert sum(bool(key["rotated_at"]) for key in api("GET", PATH).json()["api_keys"]) == 1


def test_a_revoked_key_stops_working(api):
    made = api("POST", PATH, READ).json()
    assert works(api, made["api_key"])
    for _ in range(2):
        assert api("DELETE", f"{PATH}/{made['id']}").status_code == 204
    assert not works(api, made["api_key"])
    assert ApiKey.objects.get(pk=made["id"]).revoked_at


def test_a_replay_shows_the_same_key(api):
    first, again = (api("POST", PATH, {"name": "once"} | READ, Idempotency_Key="k") for _ in range(2))
    assert first.json()["api_key"] == again.json()["api_key"]
    assert ApiKey.objects.filter(name="once").count() == 1


def test_the_text_of_a_key_is_not_stored(api):
    made = api("POST", PATH, {"name": "canary"} | READ, Idempotency_Key="k").json()
    secret = made["api_key"].split("_", 2)[2].encode()
    assert b"canary" in everything(), "the search sees what is there"
    assert secret not in everything()


def test_another_query_under_the_same_idempotency_key_is_422(api):
    key = api("POST", PATH, READ).json()["id"]
    assert api("DELETE", f"{PATH}/{key}", Idempotency_Key="k").status_code == 204
    assert api("DELETE", f"{PATH}/{key}?keep_made_keys=true", Idempotency_Key="k").status_code == 422
