"""The registration form."""

from sessions_app.exceptions import InvalidAnswers
from sessions_app.models import Session
from sessions_app.pages.forms import RegistrationForm

QUESTIONS = [
    {"id": "why", "label": "Why?", "type": "text", "required": False, "options": []},
    {
        "id": "yes",
        "label": "A choice that says yes?",
        "type": "choice",
        "required": True,
        "options": ["yes", "no"],
    },
    {"id": "ok", "label": "Agreed?", "type": "boolean", "required": False, "options": []},
]
GIVEN = {"name": "Anna", "email": "anna@example.com", "timezone": "", "subject": "", "answer_yes": "yes"}


def form(**data: str) -> RegistrationForm:
    return RegistrationForm(Session(custom_questions=QUESTIONS), GIVEN | data)


def test_answers_have_the_types_of_their_questions():
    filled = form(answer_ok="yes", answer_why="")
    assert filled.is_valid()
    assert filled.registrant.answers == {"yes": "yes", "ok": True}
    assert filled.registrant.key == "email:anna@example.com"


def test_messages_about_answers_stand_at_their_questions():
    filled = form()
    assert filled.is_valid()
    filled.add_answer_errors(InvalidAnswers({"why": "Too short.", "gone": "There is no such question."}))
    assert filled.errors["answer_why"] == ["Too short."]
    assert filled.non_field_errors() == ["There is no such question."]
    assert filled.fields["answer_why"].widget.attrs["aria-invalid"] == "true"


def test_an_empty_form_has_no_errors():
    assert not RegistrationForm(Session(custom_questions=QUESTIONS)).errors


def test_an_address_is_ascii(account):
    form = RegistrationForm(Session(account=account), GIVEN | {"email": "anna@bücher.example"})
    assert "ASCII" in str(form.errors["email"])
