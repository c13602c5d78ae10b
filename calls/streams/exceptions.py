"""What can go wrong with a stream before its provider is asked."""


class ForkRefused(ValueError):
    """No stream was started; the text says why, and what to change. `field` names what is wrong with it."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
