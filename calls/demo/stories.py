"""Stories that other apps add to the demo; settings.DEMO_STORIES names their classes by dotted path."""

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from calls.demo.scenario import Scenario


@dataclass(frozen=True)
class Moment:
    """A line of a story's table. `at`: time.monotonic(), in seconds."""

    at: float
    what: str
    state: str
    detail: str = ""


class Story(Protocol):
    """Something that a customer does over REST, beside the two calls, in the scenario's account."""

    name: str
    moments: list[Moment]

    def run(self) -> None:
        """Do it. Raises StartFailed if it cannot go on."""

    def checks(self) -> list[tuple[str, bool]]:
        """What was to happen, and whether it did."""


def stories(scenario: Scenario) -> list[Story]:
    """All of them, to be told in the account of this scenario."""
    return [import_string(path)(scenario) for path in settings.DEMO_STORIES]
