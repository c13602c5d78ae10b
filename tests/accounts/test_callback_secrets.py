"""Callback secrets: made once, whoever asks first."""

import pytest

from liveplatform.accounts.callback_secrets import rotate, secrets_of
from liveplatform.accounts.models import Account
from tests.support.concurrency import at_once


@pytest.mark.django_db(transaction=True)
def test_all_who_ask_at_once_get_the_same_secret():
    account = Account.objects.create(name="one")
    assert len(set(at_once(4, lambda _: secrets_of([account.pk])[account.pk]))) == 1


def test_each_account_has_its_own(account):
    other = Account.objects.exclude(pk=account.pk).get()
    found = secrets_of([account.pk, other.pk])
    assert found[account.pk] != found[other.pk]
    assert secrets_of([other.pk]) == {other.pk: found[other.pk]}
    assert secrets_of([]) == {}


def test_a_rotation_leaves_others_alone(account):
    other = Account.objects.exclude(pk=account.pk).get()
    before = secrets_of([account.pk, other.pk])
    assert rotate(account.pk).secret != before[account.pk]
    assert secrets_of([other.pk])[other.pk] == before[other.pk]
