"""Fields that several session APIs share, with their bounds."""

from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.utils import timezone
from rest_framework import serializers

from calls.api.fields import MAX_SCHEDULE_DISTANCE
from liveplatform.api.serializers import CleanCharField, InstantField
from sessions_app.models.details import MAX_PARTICIPANTS
from sessions_app.models.person import MAX_EMAIL_LENGTH
from sessions_app.registrations.custom_questions import InvalidCustomQuestions, validate_custom_questions


class SessionTimeField(InstantField):
    """A time within ten years from now, so that dates computed from it stay valid. It may be past."""

    default_error_messages = {"far": "This must be within ten years from now."}

    def to_internal_value(self, value: Any) -> datetime:  # noqa: ANN401 - whatever was sent
        time: datetime = super().to_internal_value(value)
        if abs(time - timezone.now()) > MAX_SCHEDULE_DISTANCE:
            self.fail("far")
        return time


class WholeNumberField(serializers.IntegerField):
    """A JSON integer; texts, fractions and booleans are rejected."""

    def to_internal_value(self, data: Any) -> int:  # noqa: ANN401
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class SeatsField(WholeNumberField):
    """How many people can register: 1 to MAX_PARTICIPANTS."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the arguments of every field
        super().__init__(min_value=1, max_value=MAX_PARTICIPANTS, help_text="Seats.", **kwargs)


class WordField(serializers.ChoiceField):
    """One of a few words; a refusal names them."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the arguments of every field
        super().__init__(choices, **kwargs)
        self.error_messages["invalid_choice"] = f"Give one of {', '.join(map(str, self.choices))}."


class TimezoneField(CleanCharField):
    """An IANA name, such as Europe/Berlin."""

    default_error_messages = {"unknown": "Give an IANA name, such as Europe/Berlin."}

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        name = super().to_internal_value(data)
        if name not in _zones():
            self.fail("unknown")
        return name


class CustomQuestionsField(serializers.JSONField):
    """The questions asked at registration."""

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        try:
            return validate_custom_questions(data)
        except InvalidCustomQuestions as error:
            raise serializers.ValidationError(str(error)) from error


class SlugsField(serializers.ListField):
    """A list of different texts."""

    def __init__(self, *, max_items: int, max_length: int, **kwargs: Any) -> None:  # noqa: ANN401
        child = CleanCharField(min_length=1, max_length=max_length)
        super().__init__(child=child, max_length=max_items, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:  # noqa: ANN401
        return list(dict.fromkeys(super().to_internal_value(data)))


class MailAddressField(serializers.EmailField):
    """An e-mail address of printable ASCII."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the arguments of every field
        super().__init__(max_length=MAX_EMAIL_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        if not isinstance(data, str) or not data.isascii() or not data.isprintable():
            self.fail("invalid")
        return str(super().to_internal_value(data))


@cache
def _zones() -> frozenset[str]:
    """Read from the file system once."""
    return frozenset(available_timezones())
