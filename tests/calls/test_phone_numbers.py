"""Phone numbers are stored in E.164, once per account."""

import pytest

from calls.models import PhoneNumber
from calls.phone_numbers import InvalidPhoneNumber, PhoneNumberExists, add_number, e164
from tests.support.factories import phone_connection


@pytest.mark.parametrize(
    ("written", "region", "number", "extension"),
    [
        ("+14155550100", None, "+14155550100", ""),
        ("(415) 555-0100 ext. 12", "US", "+14155550100", "12"),
        ("020 7183 8750", "GB", "+442071838750", ""),
    ],
)
def test_a_number_is_normalised_by_its_region(written, region, number, extension):
    assert e164(written, region) == (number, extension)


@pytest.mark.parametrize("written", ["", "hello", "+1415", "555-0100", "+1415555010012345678"])
def test_an_impossible_number_is_refused(written):
    with pytest.raises(InvalidPhoneNumber):
        e164(written, "US")


def test_a_number_is_added_with_its_country(account):
    number = add_number(phone_connection(account), "+44 20 7183 8750", "London")
    assert (number.number, number.country_code, str(number)) == ("+442071838750", "GB", "London")


def test_a_number_is_added_once(account):
    connection = phone_connection(account)
    with pytest.raises(PhoneNumberExists):
        add_number(connection, "+1 (415) 555-0100")
    assert PhoneNumber.objects.filter(account=account).count() == 1
