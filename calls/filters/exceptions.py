"""What is wrong with a selection, in words for whoever wrote it."""


class InvalidFilter(ValueError):
    """A filter that cannot be understood; `fields` names each culprit and says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.fields = {field: [message]}


class FilterTooBroad(InvalidFilter):
    """Too many calls would have to be looked through: an answer would take seconds, so there is none.

    `sort`: the column that they were to be sorted by, if not by their creation.
    """

    def __init__(self, sort: str = "") -> None:
        if sort:
            super().__init__(
                "sort_column", f"Too many calls would have to be sorted by {sort}. {NARROWING_HINT}"
            )
        else:
            super().__init__(
                "filter", f"Too many calls would have to be looked through for this. {NARROWING_HINT}"
            )


NARROWING_HINT = (
    "Narrow it by a time (created, started or ended "
    "within so many hours or days) or by what an index knows (to, from, campaign, agent, host, reason, end "
    "code, status, search), or take all of it by GET /v1/calls/export."
)
