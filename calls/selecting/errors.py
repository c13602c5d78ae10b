"""What is wrong with a selection, in words for whoever wrote it."""


class BadSelection(ValueError):
    """A filter that cannot be understood; `fields` names each culprit and says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.fields = {field: [message]}


class TooBroad(BadSelection):
    """Too many calls would have to be looked through: an answer would take seconds, so there is none."""

    def __init__(self) -> None:
        super().__init__("filter", BROAD)


BROAD = (
    "Too many calls would have to be looked through for this. Narrow it by a time (created, started or ended "
    "within so many hours or days) or by what an index knows (to, from, campaign, agent, host, reason, end "
    "code, status, search), or take all of it by GET /v1/calls/export."
)
