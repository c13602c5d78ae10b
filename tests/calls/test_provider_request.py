"""A provider's errors as outcomes: what is retried, after which delay, and what fails."""

import pytest

from calls.provider_request import AUTH_RETRY, UNCONFIGURED_RETRY, provider_request
from liveplatform.work.outcomes import succeeded
from providers.errors import NotConfigured, ProviderError, Rejected, Unavailable, UnknownOutcome

CASES = [
    (NotConfigured("x"), "not_configured", UNCONFIGURED_RETRY),
    (Unavailable("x", retry_after=3.0), "unavailable", 3.0),
    (UnknownOutcome("x"), "unknown_outcome", None),
    (Rejected("x", code="auth"), "refused", AUTH_RETRY),
]


def raising(error):
    def request(_adapter):
        raise error

    return request


@pytest.mark.parametrize(("error", "code", "delay"), CASES, ids=[code for _, code, _ in CASES])
def test_what_may_heal_is_retried(error, code, delay):
    outcome = provider_request(None, raising(error))()
    assert (outcome.error, outcome.detail["code"], outcome.retry_after) == ("x", code, delay)
    assert outcome.state not in ("failed", "done")


@pytest.mark.parametrize(
    ("error", "code"), [(Rejected("x", code="20404"), "rejected"), (ProviderError("x"), "ProviderError")]
)
def test_what_will_not_heal_fails(error, code):
    outcome = provider_request(None, raising(error))()
    assert (outcome.state, outcome.detail["code"]) == ("failed", code)


def test_an_error_in_place_of_the_adapter_is_the_outcome():
    outcome = provider_request(NotConfigured("no connection"), lambda _: succeeded())()
    assert (outcome.error, outcome.detail["code"]) == ("no connection", "not_configured")


def test_the_outcome_of_the_request_is_returned():
    assert provider_request("adapter", lambda adapter: succeeded({"of": adapter}))().result == {
        "of": "adapter"
    }
