"""PhoneNumber: unique in its account; its text does not show the number."""

import pytest
from django.db import IntegrityError, transaction

from calls.models import PhoneNumber
from liveplatform.accounts.models import Account
from tests.support.factories import NUMBER, phone_connection


def test_a_number_is_unique_in_its_account(account):
    connection = phone_connection(account)
    other = Account.objects.create(name="other")
    phone_connection(other)
    assert PhoneNumber.objects.filter(number=NUMBER, account__in=[account, other]).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        PhoneNumber.objects.create(account=account, connection=connection, number=NUMBER)


def test_its_text_is_the_nickname_or_the_id():
    number = PhoneNumber(number=NUMBER)
    assert str(number) == str(number.pk)
    number.nickname = "support"
    assert str(number) == "support"
