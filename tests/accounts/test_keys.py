"""API keys: made, looked up without a query, rotated, expired and revoked."""

import hashlib
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from liveplatform.accounts import keys
from liveplatform.accounts.keys import RotationError, authenticate, make_key, revoke, rotate
from liveplatform.accounts.models import Account, ApiKey
from tests.support.concurrency import at_once

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def fresh():
    keys.clear_cache()


def test_a_key_authenticates_its_account(account):
    key, text = make_key(account, scopes=["read:live"])
    principal = authenticate(text)
    assert (principal.account_id, principal.scopes) == (account.pk, {"read:live"})
    assert principal.label == principal.identity == f"key:{key.public_id}"
    assert principal.auth_id == account.auth_id


def test_only_the_hash_of_the_secret_is_stored(account):
    key, text = make_key(account)
    prefix, public_id, secret = text.split("_", 2)
    assert (prefix, public_id) == ("lp", key.public_id)
    assert bytes(key.secret_hash) == hashlib.sha256(secret.encode()).digest()
    assert secret not in str(ApiKey.objects.values().get(pk=key.pk)) + repr(key) + str(key)


WRONG = {
    "nothing": lambda text: "",
    "another prefix": lambda text: text.replace("lp_", "xx_", 1),
    "no secret": lambda text: text.rsplit("_", 1)[0] if text.count("_") == 2 else text[:15],
    "the secret cut": lambda text: text[:-1],
    "the secret longer": lambda text: text + "A",
    "another secret": lambda text: "_".join(text.split("_", 2)[:2]) + "_" + "A" * 43,
    "another id": lambda text: "lp_ffffffffffff_" + text.split("_", 2)[2],
    "a NUL": lambda text: text.replace("lp_", "lp_\0", 1),
    "not ASCII": lambda text: text + "é",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_key_is_refused(account, wrong):
    assert authenticate(wrong(make_key(account)[1])) is None


def test_an_expired_key_is_refused(account):
    _, text = make_key(account, expires_at=timezone.now() - timedelta(seconds=1))
    assert authenticate(text) is None


def test_a_revoked_key_is_refused(account):
    key, text = make_key(account)
    revoke(key)
    assert authenticate(text) is None


def test_revoking_again_changes_nothing(account):
    key, _ = make_key(account)
    revoke(key)
    first = key.revoked_at
    revoke(key)
    assert ApiKey.objects.get(pk=key.pk).revoked_at == first


def test_a_key_of_an_inactive_account_is_refused(account):
    _, text = make_key(account)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert authenticate(text) is None


def test_a_known_key_costs_no_query(account, django_assert_num_queries):
    _, text = make_key(account)
    authenticate(text)
    with django_assert_num_queries(0):
        assert authenticate(text)


def test_an_unknown_key_costs_no_second_query(db, django_assert_num_queries):
    authenticate("lp_ffffffffffff_x")
    with django_assert_num_queries(0):
        assert authenticate("lp_ffffffffffff_x") is None


def test_a_cached_key_expires_from_the_cache(account, monkeypatch):
    assert keys.CACHE_SECONDS <= 5
    monkeypatch.setattr(keys._cache, "seconds", 0.2)
    key, text = make_key(account)
    authenticate(text)
    revoke(key)
    assert authenticate(text), "cached by this process"
    time.sleep(0.25)
    assert authenticate(text) is None


def test_both_keys_live_until_the_overlap_is_over(account):
    old, old_text = make_key(account, name="ci", scopes=["read:live"])
    new, new_text = rotate(old, HOUR)

    assert (new.name, new.scopes, new.expires_at) == ("ci", ["read:live"], None)
    assert authenticate(old_text) and authenticate(new_text)
    left = ApiKey.objects.get(pk=old.pk).expires_at - timezone.now()
    assert timedelta(minutes=59) < left <= HOUR


def test_without_overlap_the_old_key_ends_at_once(account):
    old, old_text = make_key(account)
    _, new_text = rotate(old, timedelta())
    assert authenticate(old_text) is None
    assert authenticate(new_text)


def test_a_key_has_one_successor_only(account):
    old, _ = make_key(account)
    rotate(old, HOUR)
    with pytest.raises(RotationError, match="rotate its successor"):
        rotate(ApiKey.objects.get(pk=old.pk), HOUR)
    assert account.api_keys.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_rotations_at_once_one_wins(account):
    old, _ = make_key(account)

    def rotated(_: int) -> bool:
        with suppress(RotationError):
            return bool(rotate(ApiKey.objects.get(pk=old.pk), HOUR))
        return False

    assert sorted(at_once(5, rotated)) == [False] * 4 + [True]
    assert account.api_keys.count() == 2


def test_a_known_key_ends_when_it_expires(account):
    _, text = make_key(account, expires_at=timezone.now() + timedelta(seconds=0.5))
    assert authenticate(text)
    time.sleep(0.55)
    assert authenticate(text) is None, "it is remembered for seconds, but not longer than it lives"


def test_rotating_never_makes_the_old_key_live_longer(account):
    soon = timezone.now() + timedelta(minutes=5)
    old, _ = make_key(account, expires_at=soon)
    rotate(old, HOUR)
    assert ApiKey.objects.get(pk=old.pk).expires_at == soon


def test_last_used_is_updated_at_most_once_a_minute(account):
    key, text = make_key(account)
    authenticate(text)
    first = ApiKey.objects.get(pk=key.pk).last_used_at
    keys.clear_cache()
    authenticate(text)
    assert first is not None
    assert ApiKey.objects.get(pk=key.pk).last_used_at == first

    ApiKey.objects.filter(pk=key.pk).update(last_used_at=first - 2 * keys.LAST_USED_INTERVAL)
    keys.clear_cache()
    authenticate(text)
    assert ApiKey.objects.get(pk=key.pk).last_used_at >= first


def test_a_wrong_secret_does_not_update_last_used(account):
    key, text = make_key(account)
    authenticate(text[:-1])
    assert ApiKey.objects.get(pk=key.pk).last_used_at is None
