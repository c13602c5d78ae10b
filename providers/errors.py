"""Errors of provider adapters. Unavailable and its subclass can be retried, all others cannot."""


class ProviderError(Exception):
    """A provider request failed. The text is fit for staff: it holds no secret and no phone number.

    `code`: the provider's error code, or one of ours. `help_url`: the provider's page about that code.
    """

    def __init__(self, message: str, *, code: str = "", help_url: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.help_url = help_url


class Unavailable(ProviderError):
    """The request had no effect; retry, after `retry_after` seconds if the provider gave a delay."""

    def __init__(
        self, message: str, *, code: str = "", help_url: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, code=code, help_url=help_url)
        self.retry_after = retry_after


class UnknownOutcome(Unavailable):
    """The request may have had its effect: the response was lost. Verify before repeating it."""


class Rejected(ProviderError):
    """The provider refused permanently. The code is "auth" where it refused the credentials."""


class NotConfigured(ProviderError):
    """A connection, or one of its credentials, is missing or invalid."""


class NotSupported(ProviderError):
    """The provider has no such capability."""


class StaleEvent(ProviderError):
    """A signed inbound event that is too old to be delivered for the first time: an old capture."""


class BadSignature(ProviderError):
    """An inbound event without a valid signature of its provider."""
