"""The form by which somebody registers, with the session's own questions."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError

from sessions_app.exceptions import InvalidAnswers
from sessions_app.models import Session
from sessions_app.models.person import MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, Role
from sessions_app.registrations.custom_questions import MAX_ANSWER_LENGTH
from sessions_app.registrations.registrant import Registrant

PREFIX = "answer_"
YES_NO = (("", "Choose"), ("yes", "Yes"), ("no", "No"))


def _printable(value: str) -> None:
    if not value.isprintable():
        raise ValidationError("Write your name in one line.")


class RegistrationForm(forms.Form):
    """Name, address and answers. Errors name their fields."""

    name = forms.CharField(
        label="Your name",
        max_length=MAX_NAME_LENGTH,
        validators=[_printable],
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="Your e-mail address",
        max_length=MAX_EMAIL_LENGTH,
        help_text="Your invitation and the links to join or cancel are sent to it.",
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    timezone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    whole_series = forms.BooleanField(
        required=False, label="Register me for every session of this series, also those to come"
    )
    # For robots: people do not see it.
    subject = forms.CharField(
        required=False,
        label="Leave this empty",
        widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, session: Session, data: Any = None) -> None:  # noqa: ANN401 - a QueryDict
        super().__init__(data, label_suffix="", use_required_attribute=True)
        if session.series_id is None or session.status != Session.Status.SCHEDULED:
            del self.fields["whole_series"]
        for question in session.custom_questions:
            self.fields[PREFIX + question["id"]] = _field(question)
        if self.is_bound:
            self._describe_errors()

    def clean_email(self) -> str:
        """As the API's: an address that every mail server takes."""
        email = str(self.cleaned_data["email"])
        if not email.isascii():
            raise ValidationError("Write the address in ASCII letters.")
        return email

    def clean_timezone(self) -> str:
        """The browser's; "" if this platform does not know it."""
        name = str(self.cleaned_data["timezone"])
        return name if name in available_timezones() else ""

    def clean_subject(self) -> str:
        if self.cleaned_data["subject"]:
            raise ValidationError("Leave this empty: only robots fill it in.")
        return ""

    @property
    def is_for_series(self) -> bool:
        """Whether the person wants every session of the series."""
        return bool(self.cleaned_data.get("whole_series"))

    def add_answer_errors(self, error: InvalidAnswers) -> None:
        """The messages about answers, at their questions."""
        for name, text in error.fields.items():
            field = PREFIX + name
            self.add_error(field if field in self.fields else None, text)
        self._describe_errors()

    @property
    def registrant(self) -> Registrant:
        """Who is to be registered; the form must be valid."""
        data = self.cleaned_data
        return Registrant(
            email=data["email"],
            is_guest=True,
            name=data["name"],
            timezone=data["timezone"],
            role=Role.GUEST,
            answers={
                name.removeprefix(PREFIX): {"yes": True, "no": False}.get(value, value)
                if isinstance(self.fields[name], YesNoField)
                else value
                for name, value in data.items()
                if name.startswith(PREFIX) and value != ""
            },
        )

    def _describe_errors(self) -> None:
        """Tell screen readers which fields are wrong; the template writes the messages under these ids."""
        for name in self.errors:
            if name in self.fields:
                self.fields[name].widget.attrs["aria-invalid"] = "true"


class YesNoField(forms.ChoiceField):
    """A question that is answered by yes or no."""


def _field(question: dict[str, Any]) -> forms.Field:
    shared: dict[str, Any] = {"label": question["label"], "required": question["required"]}
    if question["type"] == "choice":
        options = [("", "Choose"), *((option, option) for option in question["options"])]
        return forms.ChoiceField(choices=options, **shared)
    if question["type"] == "boolean":
        return YesNoField(choices=YES_NO, **shared)
    return forms.CharField(max_length=MAX_ANSWER_LENGTH, **shared)
