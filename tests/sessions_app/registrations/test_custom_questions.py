"""Questions at registration, and their answers."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.exceptions import InvalidAnswers
from sessions_app.registrations.custom_questions import (
    InvalidCustomQuestions,
    validate_answers,
    validate_custom_questions,
)

WHY = {"id": "why", "label": "Why?", "type": "text", "required": True}
SIZE = {"id": "size", "label": "Size", "type": "choice", "options": ["S", "M"]}
AGREE = {"id": "agree", "label": "Agreed?", "type": "boolean", "required": True}
ALL = validate_custom_questions([WHY, SIZE, AGREE])


def test_questions_get_all_of_their_names():
    assert ALL[1] == {
        "id": "size",
        "label": "Size",
        "type": "choice",
        "required": False,
        "options": ["S", "M"],
    }
    assert validate_custom_questions(ALL) == ALL


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("text", "list"),
        ([WHY] * 21, "at most 20"),
        ([WHY, WHY], "id of its own"),
        ([WHY, 1], "Question 2 must be"),
        ([WHY | {"id": "no spaces"}], "id must"),
        ([WHY | {"label": " "}], "label must"),
        ([WHY | {"label": "x" * 201}], "label must"),
        ([WHY | {"label": "a\0"}], "label must"),
        ([WHY | {"type": "date"}], "type must"),
        ([WHY | {"type": ["text"]}], "type must"),
        ([WHY | {"required": 1}], "required must"),
        ([WHY | {"options": ["S"]}], "options are for choice"),
        ([SIZE | {"options": []}], "options are for choice"),
        ([SIZE | {"options": ["S", "S"]}], "different"),
        ([SIZE | {"options": ["S", 1]}], "different"),
        ([SIZE | {"options": [str(n) for n in range(51)]}], "options must"),
        ([WHY | {"more": 1}], "has no 'more'"),
    ],
)
def test_wrong_questions_are_refused(value, message):
    with pytest.raises(InvalidCustomQuestions, match=message):
        validate_custom_questions(value)


def test_answers_are_kept():
    given = {"why": "To learn", "size": "M", "agree": False}
    assert validate_answers(ALL, given) == given
    assert validate_answers(ALL, given | {"size": None}) == {"why": "To learn", "agree": False}


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, {"why", "agree"}),
        ({"why": "", "agree": True}, {"why"}),
        ({"why": "  ", "agree": True}, {"why"}),
        ({"why": 1, "agree": True}, {"why"}),
        ({"why": "x" * 1001, "agree": True}, {"why"}),
        ({"why": "x", "agree": "yes"}, {"agree"}),
        ({"why": "x", "agree": True, "size": "XL"}, {"size"}),
        ({"why": "x", "agree": True, "size": ["M"]}, {"size"}),
        ({"why": "x", "agree": True, "other": 1}, {"other"}),
    ],
)
def test_wrong_answers_are_named(answers, wrong):
    with pytest.raises(InvalidAnswers) as error:
        validate_answers(ALL, answers)
    assert error.value.fields.keys() == wrong


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_no_json_breaks_the_validation(value):
    with contextlib.suppress(InvalidCustomQuestions):
        validate_custom_questions([WHY | {"options": value}, value])
    with contextlib.suppress(InvalidAnswers):
        validate_answers(ALL, {"why": value, "size": value, "agree": value})
