"""Errors of the filter language; their texts are shown to API users."""

NARROWING_HINT = (
    "Narrow it by a time (created, started or ended "
    "within so many hours or days) or by what an index knows (to, from, campaign, agent, host, reason, end "
    "code, status, search), or take all of it by GET /v1/calls/export."
)


class InvalidValue(ValueError):
    """A value of the wrong kind; the text says what is expected."""


class InvalidFilter(ValueError):
    """A filter that cannot be parsed; `fields` maps each invalid parameter to its messages."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.fields = {field: [message]}


class NotIndexedYet(InvalidFilter):
    """A new name of the metadata, by which older calls are being indexed; it can be used in a minute."""


class FilterTooBroad(InvalidFilter):
    """The page cannot be found within the row and time limits.

    `sort`: the column of the requested order, where that is the reason.
    """

    def __init__(self, sort: str = "") -> None:
        if sort:
            text = f"Too many calls would have to be sorted by {sort}. {NARROWING_HINT}"
            super().__init__("sort_column", text)
        else:
            text = f"Too many calls would have to be looked through for this. {NARROWING_HINT}"
            super().__init__("filter", text)
