"""Operation: ends many calls, chunk by chunk. AutoEndRule: ends matching calls, again and again."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from calls.models.end_code import EndCode
from liveplatform.accounts.models import Account
from liveplatform.work.models import Work

FILTER_HELP = "JSON as calls.filters.CallFilter reads it; {} matches every call."


class Operation(Work):
    """Ends the calls of an account that match a filter and were live when it was created.

    Its counts grow while it runs. State `done` means finished, `skipped` cancelled.
    """

    queue: ClassVar[str] = "operations"

    account = models.ForeignKey(Account, models.CASCADE, related_name="operations", db_index=False)
    filter = models.JSONField(default=dict, help_text=FILTER_HELP)
    reason = models.CharField(max_length=500, blank=True, default="")
    code = models.CharField(max_length=24, choices=EndCode.choices)
    requested_by = models.CharField(max_length=80)
    ended = models.PositiveIntegerField(default=0, help_text="Calls that this operation ended.")
    already_ended = models.PositiveIntegerField(default=0, help_text="Calls that had ended already.")
    unknown_ids = models.PositiveIntegerField(default=0, help_text="Ids that match no call of this account.")

    class Meta(Work.Meta):
        indexes = [
            *Work.Meta.indexes,
            models.Index(fields=["account", "-created_at", "-id"], name="operation_account_created"),
        ]

    def __str__(self) -> str:
        return f"operation {self.id}"

    @property
    def requested_ids(self) -> list[str] | None:
        """The ids that it was requested for, if that was a list of ids."""
        ids = self.filter.get("id", {}).get("in")
        return ids if isinstance(ids, list) else None


class AutoEndRule(Work):
    """Ends live calls that match and are older than `min_age`, every settings.RULE_INTERVAL seconds.

    Disabled, its state is `skipped`.
    """

    queue: ClassVar[str] = "auto_end_rules"

    account = models.ForeignKey(Account, models.CASCADE, related_name="auto_end_rules", db_index=False)
    name = models.CharField(max_length=60)
    filter = models.JSONField(default=dict, help_text=FILTER_HELP)
    min_age = models.PositiveIntegerField(help_text="Seconds since the start of the call.")
    reason = models.CharField(max_length=500, blank=True, default="")
    code = models.CharField(max_length=24, choices=EndCode.choices, default=EndCode.QUALITY_CONTROL)
    ended = models.PositiveIntegerField(default=0, help_text="Calls that this rule ended so far.")
    last_ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Work.Meta):
        verbose_name = "auto-end rule"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="auto_end_rule_unique_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def effective_reason(self) -> str:
        """The disconnect_reason of the calls that it ends."""
        return self.reason or f"Ended by the rule {self.name}"

    @property
    def last_run_at(self) -> datetime | None:
        """When its latest attempt began; None before the first."""
        return datetime.fromisoformat(self.log[-1]["at"]) if self.log else None

    @property
    def is_enabled(self) -> bool:
        return not self.is_settled
