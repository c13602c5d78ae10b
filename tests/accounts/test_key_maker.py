"""Keys made by keys: none outlives its maker, and who made it is on record."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from liveplatform.accounts import keys
from liveplatform.accounts.keys import authenticate, make_key, revoke, rotate
from liveplatform.accounts.models import Account, ApiKey
from liveplatform.accounts.scopes import SCOPES
from tests.support.api_client import ApiClient
from tests.support.concurrency import after_commit_of

ALL = list(SCOPES)


def expiring(api: ApiClient, hours: int = 1) -> ApiClient:
    """A client of the same account whose key expires."""
    client = ApiClient(api.account)
    client.key.expires_at = timezone.now() + timedelta(hours=hours)
    client.key.save()
    keys.clear_cache()
    return client


def create(api: ApiClient, **body: object):
    return api("POST", "/v1/api-keys", {"scopes": ALL, **body})


def made(answer) -> ApiKey:
    assert answer.status_code == 201, answer.content
    return ApiKey.objects.get(pk=answer.json()["id"])


def test_who_made_a_key_is_on_record(api):
    answer = create(api)
    assert answer.json()["created_by"] == f"key:{api.key.public_id}"
    assert answer.json()["parent_id"] == str(api.key.pk)
    listed = {row["id"]: row["created_by"] for row in api("GET", "/v1/api-keys").json()["api_keys"]}
    assert listed[answer.json()["id"]] == f"key:{api.key.public_id}"


def test_commands_and_staff_are_on_record(db):
    call_command("create_account", "Acme", stdout=StringIO())
    first = ApiKey.objects.get()
    assert first.created_by == "command:create_account"
    call_command("rotate_key", first.public_id, stdout=StringIO())
    assert ApiKey.objects.latest("pk").created_by == "command:rotate_key"
    client = Client()
    client.force_login(User.objects.create_superuser("jo"))
    client.post("/admin/accounts/apikey/add/", {"account": first.account_id, "name": "x", "scopes": ALL})
    assert ApiKey.objects.get(name="x").created_by == "staff:jo"
    assert "staff:jo" in client.get("/admin/accounts/apikey/").content.decode()


def test_a_key_of_an_expiring_key_expires_with_it(api):
    maker = expiring(api)
    assert made(create(maker)).expires_at == maker.key.expires_at
    sooner = (timezone.now() + timedelta(minutes=5)).isoformat()
    assert made(create(maker, expires_at=sooner)).expires_at < maker.key.expires_at


def test_a_later_expiry_is_refused(api):
    maker = expiring(api)
    later = (maker.key.expires_at + timedelta(seconds=1)).isoformat()
    answer = create(maker, expires_at=later)
    assert answer.status_code == 400
    assert "no key that it makes is valid longer" in str(answer.json())


def test_a_key_that_does_not_expire_makes_keys_that_do_not(api):
    assert made(create(api)).expires_at is None


def test_an_expiring_key_rotates_itself_and_no_key_that_lasts_longer(api):
    maker = expiring(api)
    lasting, _ = make_key(api.account)
    refused = maker("POST", f"/v1/api-keys/{lasting.pk}/rotate", {})
    assert refused.status_code == 403
    assert "before the successor would" in str(refused.json())
    assert made(maker("POST", f"/v1/api-keys/{maker.key.pk}/rotate", {})).expires_at == maker.key.expires_at


def test_a_key_in_its_overlap_makes_none_that_outlives_it(api):
    rotate(api.key, timedelta(hours=2))
    keys.clear_cache()
    api.key.refresh_from_db()
    assert made(create(api)).expires_at == api.key.expires_at


def test_a_revoked_key_makes_none_while_it_is_still_cached(api):
    """Another process revoked it: this one knows it for some seconds more."""
    other, _ = make_key(api.account)
    assert api("GET", "/v1/api-keys").status_code == 200
    revoke(api.key)
    assert api("GET", "/v1/api-keys").status_code == 200
    count = ApiKey.objects.count()
    assert create(api).status_code == 401
    assert api("POST", f"/v1/api-keys/{other.pk}/rotate", {}).status_code == 401
    assert ApiKey.objects.count() == count


def test_the_keys_of_a_revoked_key_are_revoked_with_it(api):
    child = ApiClient(api.account)
    child.key.parent = api.key
    child.key.save()
    grandchild = made(create(child))
    stranger, _ = make_key(api.account)
    assert api("DELETE", f"/v1/api-keys/{api.key.pk}").status_code == 204
    revoked = set(ApiKey.objects.exclude(revoked_at=None).values_list("pk", flat=True))
    assert revoked == {api.key.pk, child.key.pk, grandchild.pk}
    keys.clear_cache()
    assert authenticate(child.token) is None
    assert stranger.pk not in revoked


def test_they_are_kept_if_that_is_asked_for(api):
    kept = made(create(api))
    grandchild, _ = make_key(api.account, parent=kept)
    assert api("DELETE", f"/v1/api-keys/{api.key.pk}?keep_made_keys=true").status_code == 204
    kept.refresh_from_db()
    assert (kept.revoked_at, kept.parent, kept.created_by) == (None, None, f"key:{api.key.public_id}")
    grandchild.refresh_from_db()
    assert grandchild.revoked_at is None


def test_a_wrong_choice_is_refused(api):
    assert api("DELETE", f"/v1/api-keys/{api.key.pk}?keep_made_keys=perhaps").status_code == 400
    assert api("DELETE", f"/v1/api-keys/{api.key.pk}?keep=true").status_code == 400


def test_the_successor_takes_over_the_keys_that_were_made(api):
    child = made(create(api))
    successor = made(api("POST", f"/v1/api-keys/{api.key.pk}/rotate", {}))
    revoke(api.key)
    child.refresh_from_db()
    assert (child.revoked_at, child.parent) == (None, successor)
    assert revoke(successor) == 2


def test_a_key_rotated_by_its_child_makes_no_circle(api):
    child = ApiClient(api.account)
    child.key.parent = api.key
    child.key.save()
    successor = made(child("POST", f"/v1/api-keys/{api.key.pk}/rotate", {}))
    child.key.refresh_from_db()
    assert (successor.parent, child.key.parent) == (child.key, api.key)
    assert revoke(api.key) == 3


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_just_being_made_is_revoked_too():
    """The request has locked its key and not yet committed when the revocation comes."""
    keys.clear_cache()
    api = ApiClient(Account.objects.create(name="tenant"))
    after_commit_of(lambda: made(create(api)), lambda: revoke(ApiKey.objects.get(pk=api.key.pk)))
    assert not ApiKey.objects.filter(revoked_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_is_not_made_after_a_revocation_under_way():
    keys.clear_cache()
    api = ApiClient(Account.objects.create(name="tenant"))
    assert api("GET", "/v1/api-keys").status_code == 200
    answer = after_commit_of(lambda: revoke(api.key), lambda: create(api))
    assert answer.status_code == 401
    assert not ApiKey.objects.filter(revoked_at=None).exists()
    assert not transaction.get_connection().in_atomic_block
