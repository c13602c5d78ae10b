"""Errors of the calls app have their HTTP status and code; other errors are passed on."""

import pytest

from calls.api.exceptions import to_api_exception
from calls.exceptions import CallNotFound, CallStateError, DialError, MetadataTooLarge, NoPhoneNumber
from calls.filters import InvalidFilter
from providers.errors import NotConfigured, Unavailable

STATUSES = [
    (CallNotFound("x"), 404, "not_found"),
    (NoPhoneNumber("x"), 409, "no_phone_number"),
    (InvalidFilter("status", "wrong"), 400, "invalid"),
    (DialError("no such number"), 400, "invalid"),
    (CallStateError("over"), 412, "wrong_state"),
    (MetadataTooLarge("big"), 400, "invalid"),
    (NotConfigured("none"), 503, "provider_not_configured"),
    (Unavailable("down"), 502, "provider_error"),
]


@pytest.mark.parametrize(("error", "status", "code"), STATUSES, ids=lambda value: type(value).__name__)
def test_an_error_of_the_domain_has_its_status_and_code(error, status, code):
    found = to_api_exception(error)
    assert (found.status_code, found.default_code) == (status, code)


def test_any_other_error_is_passed_on():
    error = ZeroDivisionError()
    assert to_api_exception(error) is error
