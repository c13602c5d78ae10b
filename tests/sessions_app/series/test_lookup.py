"""Finding series and their sessions."""

from uuid import uuid4

import pytest
from django.utils import timezone

from liveplatform.accounts.models import Account
from sessions_app.exceptions import SeriesNotFound
from sessions_app.models import Session
from sessions_app.series.lookup import get_series, lock_places, lock_upcoming, rule_of, zone_of
from tests.sessions_app.factories import key_caller
from tests.sessions_app.series.support import series, sessions


def test_a_caller_sees_its_account_and_brand(account):
    row = series(account)
    assert get_series(row.pk, key_caller(account, brand_id="acme")) == row
    other = Account.objects.create(name="other")
    for caller in (key_caller(account, brand_id="x"), key_caller(other)):
        with pytest.raises(SeriesNotFound):
            get_series(row.pk, caller)
    with pytest.raises(SeriesNotFound):
        get_series(uuid4(), key_caller(account))


def test_upcoming_sessions_are_those_that_have_not_begun(account):
    row = series(account)
    first, second, third, fourth = sessions(row)
    Session.objects.filter(pk=first.pk).update(status="live")
    Session.objects.filter(pk=second.pk).update(status="cancelled")
    assert lock_upcoming([row], timezone.now()) == [third, fourth]
    assert lock_places(row, timezone.now()) == [first, second, third, fourth]
    assert (rule_of(row).count, zone_of(row).key) == (4, "Europe/Berlin")
