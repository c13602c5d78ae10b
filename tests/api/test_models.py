"""IdempotencyRecord: one per account, principal, route and key."""

import pytest
from django.db import IntegrityError

from liveplatform.accounts.models import Account
from liveplatform.api.models import IdempotencyRecord

REQUEST = {"principal": "key:ab", "route": "POST /x", "key": "k", "fingerprint": b"f"}


def test_a_key_has_one_record_for_each_principal_and_route(account):
    IdempotencyRecord.objects.create(account=account, **REQUEST)
    for other in ({"principal": "key:cd"}, {"route": "POST /y"}, {"key": "l"}):
        IdempotencyRecord.objects.create(account=account, **(REQUEST | other))
    with pytest.raises(IntegrityError):
        IdempotencyRecord.objects.create(account=account, **REQUEST)


def test_records_go_with_their_account(db):
    account = Account.objects.create(name="gone")
    IdempotencyRecord.objects.create(account=account, **REQUEST)
    account.delete()
    assert not IdempotencyRecord.objects.exists()
