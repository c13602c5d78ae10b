"""Operation: many calls are ended, chunk by chunk. Rule: whatever matches is ended, again and again."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from calls.models.end_code import EndCode
from liveplatform.accounts.models import Account
from liveplatform.work.models import Work

FILTER_HELP = "As calls.filters.CallFilter reads it; {}: every call."


class Operation(Work):
    """Ends the calls of an account that a filter chooses and that were live when it was asked for.

    Its counts grow while it runs; `done` says that it is finished, `skipped` that it was cancelled.
    """

    queue: ClassVar[str] = "operations"

    account = models.ForeignKey(Account, models.CASCADE, related_name="operations", db_index=False)
    filter = models.JSONField(default=dict, help_text=FILTER_HELP)
    reason = models.CharField(max_length=500, blank=True, default="")
    code = models.CharField(max_length=24, choices=EndCode.choices)
    requested_by = models.CharField(max_length=80)
    ended = models.PositiveIntegerField(default=0, help_text="Calls that this operation ended.")
    already_ended = models.PositiveIntegerField(default=0, help_text="Calls that somebody else ended first.")
    unknown_ids = models.PositiveIntegerField(default=0, help_text="Ids that are no calls of this account.")

    class Meta(Work.Meta):
        indexes = [
            *Work.Meta.indexes,
            models.Index(fields=["account", "-created_at", "-id"], name="operation_account_created"),
        ]

    def __str__(self) -> str:
        return f"operation {self.id}"


class AutoEndRule(Work):
    """Quality control: live calls that match for longer than `min_age` are ended, again and again.

    Enabled means that it comes back; disabled, it is `skipped`.
    """

    queue: ClassVar[str] = "rules"

    account = models.ForeignKey(Account, models.CASCADE, related_name="auto_end_rules", db_index=False)
    name = models.CharField(max_length=60)
    filter = models.JSONField(default=dict, help_text=FILTER_HELP)
    min_age = models.PositiveIntegerField(help_text="Seconds since the call began.")
    reason = models.CharField(max_length=500, blank=True, default="")
    code = models.CharField(max_length=24, choices=EndCode.choices, default=EndCode.QUALITY_CONTROL)
    ended = models.PositiveIntegerField(default=0, help_text="Calls that this rule ended so far.")
    last_ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Work.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="auto_end_rule_unique_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def effective_reason(self) -> str:
        """What the calls that it ends get as their reason."""
        return self.reason or f"Ended by the rule {self.name}"

    @property
    def last_run_at(self) -> datetime | None:
        """When its latest turn began."""
        return datetime.fromisoformat(self.log[-1]["at"]) if self.log else None

    @property
    def is_enabled(self) -> bool:
        return not self.is_settled
