"""Questions that a session asks at registration, and the answers to them.

A question is `{"id", "label", "type", "required", "options"}`: `type` is text, choice (one of `options`) or
boolean. Answers are an object of values by the questions' ids.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sessions_app.exceptions import InvalidAnswers
from sessions_app.models.details import MAX_CUSTOM_QUESTIONS

TYPES = ("text", "choice", "boolean")
ID_FORMAT = re.compile(r"[a-z0-9_-]{1,40}")
MAX_LABEL_LENGTH = 200
MAX_OPTIONS, MAX_OPTION_LENGTH = 50, 100
MAX_ANSWER_LENGTH = 1000
NAMES = {"id", "label", "type", "required", "options"}


class InvalidCustomQuestions(ValueError):
    """The text says which question is wrong, and how."""


def validate_custom_questions(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever was sent
    """The questions, each with all of its names. Raises InvalidCustomQuestions."""
    if not isinstance(value, list) or len(value) > MAX_CUSTOM_QUESTIONS:
        raise InvalidCustomQuestions(f"This must be a list of at most {MAX_CUSTOM_QUESTIONS} questions.")
    questions = [_question(number, each) for number, each in enumerate(value, 1)]
    if len({each["id"] for each in questions}) < len(questions):
        raise InvalidCustomQuestions("Each question needs an id of its own.")
    return questions


def validate_answers(questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that were given, by question id. Raises InvalidAnswers, which names each wrong one."""
    wrong = {name[:60]: "There is no such question." for name in answers if name not in _ids(questions)}
    given: dict[str, Any] = {}
    for question in questions:
        answer = answers.get(question["id"])
        if answer is None or answer == "":
            if question["required"]:
                wrong[question["id"]] = "Answer this."
        elif message := CHECKS[question["type"]](question, answer):
            wrong[question["id"]] = message
        else:
            given[question["id"]] = answer
    if wrong:
        raise InvalidAnswers(dict(list(wrong.items())[:MAX_CUSTOM_QUESTIONS]))
    return given


def _ids(questions: Sequence[Mapping[str, Any]]) -> set[str]:
    return {question["id"] for question in questions}


def _question(number: int, value: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever was sent
    if not isinstance(value, dict):
        raise InvalidCustomQuestions(f"Question {number} must be a JSON object.")
    if unknown := value.keys() - NAMES:
        raise InvalidCustomQuestions(f"Question {number} has no '{min(unknown)[:60]}'.")
    options = value.get("options") or []
    required = value.get("required", False)
    for is_right, message in (
        (_is_id(value.get("id")), "id must be 1 to 40 of a-z, 0-9, _ and -"),
        (_is_text(value.get("label"), MAX_LABEL_LENGTH), f"label must be 1 to {MAX_LABEL_LENGTH} characters"),
        (value.get("type") in TYPES, f"type must be one of {', '.join(TYPES)}"),
        (isinstance(required, bool), "required must be true or false"),
        (_are_options(options), f"options must be up to {MAX_OPTIONS} different texts"),
        (bool(options) == (value.get("type") == "choice"), "options are for choice, which needs some"),
    ):
        if not is_right:
            raise InvalidCustomQuestions(f"Question {number}: {message}.")
    return {
        "id": value["id"],
        "label": value["label"].strip(),
        "type": value["type"],
        "required": required,
        "options": options,
    }


def _is_id(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str) and bool(ID_FORMAT.fullmatch(value))


def _is_text(value: Any, max_length: int) -> bool:  # noqa: ANN401
    return isinstance(value, str) and 0 < len(value.strip()) <= max_length and "\0" not in value


def _are_options(value: Any) -> bool:  # noqa: ANN401
    return (
        isinstance(value, list)
        and len(value) <= MAX_OPTIONS
        and all(_is_text(each, MAX_OPTION_LENGTH) for each in value)
        and len(set(value)) == len(value)
    )


def _check_text(_question: Mapping[str, Any], answer: Any) -> str:  # noqa: ANN401
    return "" if _is_text(answer, MAX_ANSWER_LENGTH) else f"This must be 1 to {MAX_ANSWER_LENGTH} characters."


def _check_choice(question: Mapping[str, Any], answer: Any) -> str:  # noqa: ANN401
    return "" if answer in question["options"] else "This must be one of the options."


def _check_boolean(_question: Mapping[str, Any], answer: Any) -> str:  # noqa: ANN401
    return "" if isinstance(answer, bool) else "This must be true or false."


# The message of a wrong answer, by the question's type; "" of a right one.
CHECKS: dict[str, Callable[[Mapping[str, Any], Any], str]] = {
    "text": _check_text,
    "choice": _check_choice,
    "boolean": _check_boolean,
}
