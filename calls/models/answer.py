"""The answer of a phone call: when, and by whom (answering-machine detection)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

# Final statuses of a leg that nobody answered, in Twilio's terms.
UNANSWERED_STATUSES = ("busy", "no-answer", "failed", "canceled")
# The fields of a call that reports about its answer may set.
ANSWER_FIELDS = (
    "ringing_at",
    "answered_at",
    "ring_time",
    "started_at",
    "answered_by",
    "provider_answered_by",
)


class AnsweredBy(models.TextChoices):
    """Who answered, by the provider's detection; UNKNOWN: it could not tell."""

    HUMAN = "human"
    MACHINE = "machine"
    FAX = "fax"
    UNKNOWN = "unknown"


class MachineDetection(models.TextChoices):
    """Twilio's MachineDetection: say who answered at once, or wait for the end of a machine's greeting."""

    ENABLE = "enable"
    DETECT_MESSAGE_END = "detect_message_end"


class OnMachine(models.TextChoices):
    """What to do when an answering machine answers."""

    CONTINUE = "continue"
    HANG_UP = "hang_up"


class AnswerOfCall(models.Model):
    """The columns of Call about its answer."""

    # A phone call rings, and starts when it is answered; one that nobody answered has neither time. A video
    # call starts when it goes live.
    ringing_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ring_time = models.PositiveIntegerField(
        null=True, blank=True, help_text="Seconds from ringing to answer."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    # Answering-machine detection: what was requested, and its result.
    machine_detection = models.CharField(
        max_length=20, choices=MachineDetection.choices, blank=True, default="", db_default=""
    )
    on_machine = models.CharField(
        max_length=10, choices=OnMachine.choices, blank=True, default="", db_default=""
    )
    answered_by = models.CharField(
        max_length=8, choices=AnsweredBy.choices, blank=True, default="", db_default=""
    )
    provider_answered_by = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="In the provider's vocabulary."
    )

    class Meta:
        abstract = True

    def set_ringing(self, at: datetime) -> None:
        """Set when it began to ring; an earlier report stands. Does not save."""
        if self.ringing_at is None and (self.answered_at is None or at <= self.answered_at):
            self.ringing_at = at
            self._measure_ringing()

    def set_answered(self, at: datetime) -> None:
        """Set when a phone call was answered, and so started; an earlier report stands. Does not save."""
        if self.answered_at is None:
            self.answered_at = at
            self.started_at = min(self.started_at or at, at)
            self._measure_ringing()

    def set_answered_by(self, answered_by: str, raw: str) -> None:
        """Set who answered; `raw` is the provider's own word. A result stands unless it was unknown."""
        if answered_by and self.answered_by in ("", AnsweredBy.UNKNOWN):
            self.answered_by, self.provider_answered_by = answered_by, raw[:40]

    def set_answer(self, facts: Mapping[str, Any]) -> None:
        """Set what the provider's record of the leg says: Leg.answer_facts(), or the same from JSON.

        Does not save.
        """
        at = facts.get("answered_at")
        if at:
            self.set_answered(at if isinstance(at, datetime) else datetime.fromisoformat(at))
        self.set_answered_by(facts.get("answered_by", ""), facts.get("raw_answered_by", ""))

    def _measure_ringing(self) -> None:
        if self.ringing_at and self.answered_at:
            self.ring_time = max(0, round((self.answered_at - self.ringing_at).total_seconds()))

    @property
    def is_to_be_hung_up(self) -> bool:
        """A machine, or a fax, answered a call that was made for people only."""
        is_machine = self.answered_by in (AnsweredBy.MACHINE, AnsweredBy.FAX)
        return is_machine and self.on_machine == OnMachine.HANG_UP

    @property
    def awaits_detection(self) -> bool:
        """Answered, and the provider has not said by whom."""
        return bool(self.machine_detection and self.answered_at and not self.answered_by)
