"""What is wrong with a selection, in words for whoever wrote it."""


class BadSelection(ValueError):
    """A filter that cannot be understood; `fields` names each culprit and says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.fields = {field: [message]}
