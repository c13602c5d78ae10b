"""The statuses and codes of what can go wrong with sessions."""

import pytest
from django.utils import timezone
from rest_framework.exceptions import APIException

from calls.exceptions import CallStateError, MetadataTooLarge
from sessions_app import exceptions
from sessions_app.api.exceptions import to_api_exception

NOW = timezone.now()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exceptions.SessionNotFound(), 404, "not_found"),
        (exceptions.RegistrationNotFound(), 404, "not_found"),
        (exceptions.QuestionNotFound(), 404, "not_found"),
        (exceptions.NotJoinable("m", "too_early", NOW), 412, "not_joinable"),
        (exceptions.CapacityTooLow(3), 412, "capacity_too_low"),
        (exceptions.SessionFull("m"), 412, "session_full"),
        (exceptions.RegistrationClosed("m"), 412, "registration_closed"),
        (exceptions.SessionStateError("m"), 412, "wrong_state"),
        (exceptions.AlreadyRegistered("m"), 409, "already_registered"),
        (exceptions.NotAllowed("m"), 403, "not_the_host"),
        (CallStateError("m"), 412, "wrong_state"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_has_its_status(error, status, code):
    converted = to_api_exception(error)
    assert isinstance(converted, APIException)
    assert (converted.status_code, converted.get_codes()) == (status, code)


def test_invalid_values_name_their_fields():
    assert set(to_api_exception(exceptions.InvalidFields(title="No.")).detail) == {"title"}
    assert set(to_api_exception(exceptions.InvalidAnswers({"q": "No."})).detail) == {"answers"}
    assert set(to_api_exception(MetadataTooLarge("m")).detail) == {"metadata"}


def test_refusals_carry_what_they_are_about():
    assert to_api_exception(exceptions.CapacityTooLow(3)).fields == {"taken": 3}
    fields = to_api_exception(exceptions.NotJoinable("m", "too_early", NOW)).fields
    assert fields == {"reason": "too_early", "starts_at": NOW}


def test_other_errors_stay_as_they_are():
    error = RuntimeError()
    assert to_api_exception(error) is error
