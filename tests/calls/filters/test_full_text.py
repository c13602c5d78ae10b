"""Full-text search: words by prefix, phone numbers in any notation, tenants apart."""

from uuid import uuid4

import pytest

from calls.filters import CallFilter
from calls.filters.full_text import any_of, matches, matches_row, matching_ids
from calls.models import Call
from liveplatform.accounts.models import Account
from tests.support.factories import phone_call


@pytest.fixture
def numbers(account) -> dict[str, str]:
    """Calls to three numbers, one of which was spoken of in notes."""
    phone_call(account, to_number="+14155550177", notes="room 12")
    phone_call(account, to_number="+442079460958", notes="order 415, gate 555")
    phone_call(account, to_number="+4930901820")


NUMBERS = [
    ("+1 (415) 555", "+14155550177"),
    ("1 415 555 0177", "+14155550177"),
    ("(415) 555-0177", "+14155550177"),
    ("415 - 555 / 01 77", "+14155550177"),
    ("0 17 7", "+14155550177"),
    ("12 415 555 0177", "+14155550177"),
    ("room 1 415 555", "+14155550177"),
    ("1 415 555 0177 room", "+14155550177"),
    ("+44 20 7946 0958", "+442079460958"),
    ("+44 (0)20 7946 0958", "+442079460958"),
    ("+49 (0) 30 / 90 18 20", "+4930901820"),
    ("415 555", "+14155550177 +442079460958"),
    ("order 415 gate 555", "+442079460958"),
    ("1 415 gate 555", ""),
    ("0177 555", "+14155550177"),
    ("- ( )", ""),
]


@pytest.mark.parametrize(("search", "expected"), NUMBERS)
def test_a_number_is_found_however_it_is_written(account, numbers, search, expected):
    found = CallFilter.from_json({"search": search}).queryset(account.pk)
    assert set(found.values_list("to_number", flat=True)) == set(expected.split())


def test_the_index_and_the_row_agree(account, numbers):
    by_index = Call.objects.filter(matches("order gate", account.pk), account=account)
    by_row = Call.objects.filter(matches_row("order gate", account.pk), account=account)
    assert list(by_index) == list(by_row)
    assert [call.pk for call in by_index] == matching_ids("order gate", account.pk, 5)


def test_another_accounts_calls_are_not_found(account, numbers):
    stranger = Account.objects.create(name="stranger")
    assert matching_ids("order", stranger.pk, 5) == []


def test_calls_are_selected_by_any_number_of_ids(account, numbers):
    known = list(Call.objects.filter(account=account).values_list("pk", flat=True))
    assert set(Call.objects.filter(any_of([*known, uuid4()])).values_list("pk", flat=True)) == set(known)
    assert not Call.objects.filter(any_of([])).exists()
