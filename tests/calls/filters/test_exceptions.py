"""Errors of filters name the parameter, and say what to do."""

from calls.filters.exceptions import NARROWING_HINT, FilterTooBroad, InvalidFilter


def test_an_error_has_a_message_by_field():
    error = InvalidFilter("status", "Give one of live, ended.")
    assert error.fields == {"status": ["Give one of live, ended."]}
    assert str(error) == "status: Give one of live, ended."


def test_what_is_too_broad_says_how_to_narrow_it():
    (whole,), (sort,) = FilterTooBroad().fields["filter"], FilterTooBroad("notes").fields["sort_column"]
    assert whole.endswith(NARROWING_HINT) and "sorted by notes" in sort
