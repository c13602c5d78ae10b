"""What the admin keeps: acts of staff, operations on many rows, and which accounts a group is bound to."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from liveplatform.admin.permissions import MEANINGS, codename
from liveplatform.db.uuid7 import uuid7
from liveplatform.work.models import Work


class StaffPermission(models.Model):
    """No table: it carries the permissions that belong to no single model."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [(codename(permission), meaning) for permission, meaning in MEANINGS.items()]

    def __str__(self) -> str:
        return "staff permission"


class StaffAction(models.Model):
    """One act of staff: who, what, on what, and when. Written in the act's transaction, never changed.

    A trigger refuses updates and deletes. `detail` holds no secret, transcript or phone number.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.CharField(
        max_length=80, help_text='"staff:" and the name of the user; "address:" who was locked out.'
    )
    verb = models.CharField(max_length=80)
    model = models.CharField(max_length=60, blank=True, default="", help_text='Such as "calls.call".')
    target = models.CharField(max_length=200, blank=True, default="", help_text="The row, by its name.")
    rows = models.PositiveIntegerField(default=1, help_text="How many rows it was done to.")
    # An account and its rows may be deleted by their owner; the record of what staff did stays.
    account = models.ForeignKey(
        "accounts.Account",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    subjects = ArrayField(
        models.UUIDField(), default=list, help_text="The rows, and the calls of these rows."
    )
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["account", "-id"], name="staff_action_account"),
            GinIndex(fields=["subjects"], name="staff_action_subjects"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor}"


class ConfinedGroup(models.Model):
    """Marks a group as confined to its accounts: also when it has none any more, and then it sees nothing."""

    group = models.OneToOneField("auth.Group", models.CASCADE, primary_key=True, related_name="confinement")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.group} is confined"


class GroupAccount(models.Model):
    """Binds a group to an account: its members see and act on rows of their groups' accounts only."""

    group = models.ForeignKey("auth.Group", models.CASCADE, related_name="account_bindings")
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "account"
        verbose_name_plural = "accounts that it is confined to"
        constraints = [models.UniqueConstraint(fields=["group", "account"], name="group_account_once")]

    def __str__(self) -> str:
        return f"{self.group} in {self.account}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django has it
        """A group with an account is confined, and stays so when the account is gone."""
        super().save(*args, **kwargs)
        ConfinedGroup.objects.get_or_create(group=self.group)


class StaffOperation(Work):
    """An act on many rows of one account: their ids as they were confirmed, worked off in chunks."""

    queue: ClassVar[str] = "staff_operations"

    account = models.ForeignKey(
        "accounts.Account", models.CASCADE, null=True, related_name="+", db_index=False
    )
    model = models.CharField(max_length=60, help_text='The rows\' model, such as "webhooks.delivery".')
    action = models.CharField(max_length=40)
    ids = ArrayField(models.UUIDField(), default=list)
    position = models.PositiveIntegerField(default=0, help_text="How many of the rows are done.")
    changed = models.PositiveIntegerField(
        default=0, help_text="Rows that it changed; others were so already."
    )
    requested_by = models.CharField(max_length=80)

    class Meta(Work.Meta):
        default_permissions = ("view",)
        indexes = [
            *Work.Meta.indexes,
            models.Index(fields=["account", "-id"], name="staff_operation_account"),
        ]

    def __str__(self) -> str:
        return f"{self.action} of {len(self.ids)} {self.model.partition('.')[2]}"
