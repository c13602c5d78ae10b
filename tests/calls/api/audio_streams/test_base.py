"""The account in the path, and the statuses of errors of the domain."""

import pytest
from rest_framework.exceptions import NotFound, ValidationError

from calls.api.audio_streams.base import _translated
from calls.api.exceptions import StreamNotStarted
from calls.exceptions import CallNotFound, CallStateError
from calls.streams.exceptions import ForkRefused
from providers.errors import NotSupported, Rejected, Unavailable


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (CallNotFound("x"), NotFound),
        (CallStateError("It has ended."), NotFound),
        (ForkRefused("No."), ValidationError),
        (Rejected("No."), StreamNotStarted),
        (NotSupported("No."), StreamNotStarted),
        (Unavailable("Later."), Unavailable),
    ],
)
def test_only_what_may_succeed_later_is_5xx(error, kind):
    """The SDKs repeat what is answered 5xx."""
    assert type(_translated(error)) is kind


def test_what_is_wrong_with_a_field_names_it():
    assert "service_url" in _translated(ForkRefused("No.", field="service_url")).detail
