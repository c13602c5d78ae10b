"""Phone numbers: normalise to E.164, and add them to an account."""

import phonenumbers
from django.conf import settings
from django.db import IntegrityError, transaction

from calls.models import PhoneNumber
from liveplatform.accounts.models import Connection


class InvalidPhoneNumber(ValueError):
    """Not a possible phone number; the text says what is wrong."""


class PhoneNumberExists(Exception):
    """The account has this number already."""


def e164(number: str, region: str | None = None) -> tuple[str, str]:
    """Normalise a number to E.164; returns it and its extension ("" if none).

    A national form is read as one of `region` (ISO 3166), by default settings.PHONE_REGION.
    Raises InvalidPhoneNumber.
    """
    try:
        parsed = phonenumbers.parse(number, region or settings.PHONE_REGION)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhoneNumber(
            "Write the number in E.164 (+14155550100) or in the national form of call_from."
        ) from error
    # A number without its area code is possible too, but only within that area.
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise InvalidPhoneNumber("This is not a possible phone number; check its length and country code.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), parsed.extension or ""


def add_number(connection: Connection, number: str, nickname: str = "") -> PhoneNumber:
    """Add a number to the connection's account.

    Raises InvalidPhoneNumber, or PhoneNumberExists if the account has it already.
    """
    normalised, _ = e164(number)
    country = phonenumbers.region_code_for_number(phonenumbers.parse(normalised)) or ""
    try:
        with transaction.atomic():
            return PhoneNumber.objects.create(
                account_id=connection.account_id,
                connection=connection,
                number=normalised,
                country_code=country if country.isalpha() else "",  # "001" is no country
                nickname=nickname,
            )
    except IntegrityError as error:
        raise PhoneNumberExists("The account has this number already.") from error
