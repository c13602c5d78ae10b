"""Errors: what can be retried, and what says so."""

import pytest

from providers import errors
from providers.errors import ProviderError, Unavailable, UnknownOutcome


def test_an_unknown_outcome_is_retried_as_an_unavailable_provider_is():
    error = UnknownOutcome("lost", code="timeout", retry_after=5)
    assert isinstance(error, Unavailable) and (error.code, error.retry_after) == ("timeout", 5)


@pytest.mark.parametrize("name", ["Rejected", "NotConfigured", "NotSupported", "BadSignature"])
def test_all_others_are_permanent(name):
    error = getattr(errors, name)("no", code="x", help_url="https://x.example")
    assert isinstance(error, ProviderError) and not isinstance(error, Unavailable)
    assert (str(error), error.help_url) == ("no", "https://x.example")
