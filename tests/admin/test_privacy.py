"""Phone numbers in any text are masked; ids, times and counts stay."""

import pytest

from liveplatform.admin.privacy import hide_numbers, mask_number


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("from +14155550100 to +4930123456", "from …00 to …56"),
        ("To=%2B14155550100&x=1", "To=…00&x=1"),
        ("to 14155550100", "to …00"),
        ("(+14155550100)", "(…00)"),
        ("call +1 (415) 555-0100 or (415) 555-0199", "call …00 or …99"),
        ("415-555-0100, 415.555.0101", "…00, …01"),
        ("Tel. +49 30 1234 56.", "Tel. …56."),
    ],
)
def test_numbers_are_masked(text, shown):
    assert hide_numbers(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "01a1ffa2-f9dd-7600-a3c5-058faf1cb27f",
        "12345678-1234-7123-8123-123456789012",
        "2026-11-21T19:26:00.123456+00:00",
        "attempt 3, 1204 ms, error 21211",
        "",
    ],
)
def test_anything_else_stays(text):
    assert hide_numbers(text) == text


def test_a_number_alone():
    assert (mask_number("+14155550100"), mask_number("")) == ("…00", "")
