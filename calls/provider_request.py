"""Run a provider request as an attempt: its errors become retries or failures."""

import math
from collections.abc import Callable
from typing import Any

from liveplatform.failpoints import reach
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, fail, retry
from providers.base import Adapter
from providers.errors import NotConfigured, ProviderError, Rejected, Unavailable, UnknownOutcome
from providers.sockets import requests_until

# Seconds between attempts while only a user can help: credentials are refused, or not configured.
AUTH_RETRY = 600.0
UNCONFIGURED_RETRY = 60.0


def provider_request(
    adapter: Adapter | ProviderError, request: Callable[[Any], Outcome], lease_until: float = math.inf
) -> AttemptFn:
    """An attempt that calls `request` with the adapter; an error in its place is the attempt's error.

    Nothing is sent after `lease_until` (time.monotonic()): by then another worker may have taken over.
    """

    def attempt() -> Outcome:
        try:
            if isinstance(adapter, ProviderError):
                raise adapter
            reach("asking")
            with requests_until(lease_until):
                outcome = request(adapter)
            reach("answered")
            return outcome
        except ProviderError as error:
            return _outcome_of(error)

    return attempt


def _outcome_of(error: ProviderError) -> Outcome:
    text = str(error)
    match error:
        case NotConfigured():
            return retry(text, UNCONFIGURED_RETRY, code="not_configured")
        case UnknownOutcome():
            return retry(text, error.retry_after, code="unknown_outcome")
        case Unavailable():
            return retry(text, error.retry_after, code="unavailable")
        case Rejected(code="auth"):
            return retry(text, AUTH_RETRY, code="refused", help=error.help_url)
        case Rejected():
            return fail(text, code="rejected", help=error.help_url)
        case _:
            return fail(text, code=type(error).__name__)
