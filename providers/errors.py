"""What can go wrong with a provider, in the two sorts that matter: try again, or never."""


class ProviderError(Exception):
    """A provider did not do what was asked. The text is fit for staff and holds no secret and no number."""

    def __init__(self, message: str, *, code: str = "", help_url: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.help_url = help_url


class Unavailable(ProviderError):
    """It did not happen; it may work later, after `retry_after` seconds if the provider said so."""

    def __init__(
        self, message: str, *, code: str = "", help_url: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, code=code, help_url=help_url)
        self.retry_after = retry_after


class UnknownOutcome(Unavailable):
    """It may have happened: the answer was lost. Ask first, then act again."""


class Rejected(ProviderError):
    """The provider says no, and will say so again. Code "auth" when it refuses the credentials."""


class NotConfigured(ProviderError):
    """A connection, or a credential of it, is missing."""


class NotSupported(ProviderError):
    """This provider cannot do that."""


class BadSignature(ProviderError):
    """An inbound event that its provider did not sign."""
