"""Finding sessions of an account, and of a brand."""

from uuid import uuid4

import pytest
from django.db import transaction

from liveplatform.accounts.models import Account
from sessions_app.exceptions import SessionNotFound
from sessions_app.lookup import get_session, lock_session, sessions_of
from tests.sessions_app.factories import BRAND, session


def test_an_account_sees_its_own_and_a_brand_its_own(account):
    row, other = session(account), session(account, brand_id="other")
    session(Account.objects.create(name="theirs"))
    assert set(sessions_of(account.pk)) == {row, other}
    assert set(sessions_of(account.pk, BRAND)) == {row}


@pytest.mark.parametrize("find", [get_session, lock_session])
def test_others_are_not_found(account, find):
    row = session(account)
    with transaction.atomic():
        assert find(row.pk, account.pk, BRAND) == row
        for wrong in ((uuid4(), account.pk, ""), (row.pk, uuid4(), ""), (row.pk, account.pk, "other")):
            with pytest.raises(SessionNotFound):
                find(*wrong)
