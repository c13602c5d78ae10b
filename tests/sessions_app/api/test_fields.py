"""Fields that several session APIs share, with their bounds."""

import pytest
from rest_framework.exceptions import ValidationError

from sessions_app.api.fields import (
    CustomQuestionsField,
    SeatsField,
    SessionTimeField,
    SlugsField,
    TimezoneField,
    WholeNumberField,
    WordField,
)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        (
            SessionTimeField(),
            ["2026-11-21T10:00:00Z"],
            ["", 5, "2026-11-21T10:00:00", "2099-01-01T00:00:00Z"],
        ),
        (WholeNumberField(), [0, 7], ["7", 1.0, True, None, [], {}]),
        (SeatsField(), [1, 1_000_000], [0, 1_000_001, -1, 2**70]),
        (TimezoneField(), ["Europe/Berlin", "UTC"], ["", "CET+1", "../etc/passwd", 5]),
        (CustomQuestionsField(), [[]], [{}, [{}], "x", [{"id": "a"}]]),
        (
            SlugsField(max_items=2, max_length=3),
            [[], ["a", "a"]],
            [["a", "b", "c"], ["long"], [""], [1], "a"],
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_a_field(field, good, bad):
    for value in good:
        field.run_validation(value)
    for value in bad:
        with pytest.raises(ValidationError):
            field.run_validation(value)


def test_a_list_of_slugs_has_each_once():
    assert SlugsField(max_items=5, max_length=5).run_validation(["b", "a", "b"]) == ["b", "a"]


@pytest.mark.parametrize("value", ["live", "", 5, True, [], {}])
def test_a_refused_word_is_told_which_there_are(value):
    field = WordField(choices=(("scheduled", "Scheduled"), ("cancelled", "Cancelled")))
    assert field.run_validation("scheduled") == "scheduled"
    with pytest.raises(ValidationError, match=r"Give one of scheduled, cancelled\."):
        field.run_validation(value)
