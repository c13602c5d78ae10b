"""Errors of streams."""

from calls.streams.exceptions import ForkRefused


def test_a_refusal_may_name_a_field():
    assert (ForkRefused("No.").field, ForkRefused("No.", field="to").field) == ("", "to")
