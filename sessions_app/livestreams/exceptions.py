"""What can go wrong with livestreams. Texts are shown to clients; api/livestreams has the HTTP statuses."""


class LivestreamNotFound(Exception):
    """The account has no such app, meeting, livestream, run or webhook; the text says which."""


class NothingActive(Exception):
    """No livestream of the meeting runs, and none is being started or stopped."""


class NotPossible(ValueError):
    """The request cannot be carried out as things are; `field` names what to change."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class StillStopping(Exception):
    """The livestream before is being stopped; another can be started once that is over."""
