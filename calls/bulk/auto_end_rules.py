"""Auto-end rules: create and update one; one run ends a chunk of the live calls that match it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now

from calls.bulk.operations import set_enabled
from calls.bulk.run import next_chunk
from calls.bulk.targets import endable_calls
from calls.filters import CallFilter, InvalidFilter
from calls.models.bulk import AutoEndRule
from calls.models.call import Call
from calls.sql import end_if_live_many
from liveplatform.accounts.models import Account
from liveplatform.work.doorbell import ring

log = structlog.get_logger(__name__)

MAX_RULES = 50  # of an account


class RuleConflict(Exception):
    """The account has MAX_RULES rules, or another rule of this name; the text says which."""


def create_rule(account_id: UUID, values: Mapping[str, Any], *, enabled: bool = True) -> AutoEndRule:
    """Create a rule; the account's row is locked while its rules are counted. Raises RuleConflict."""
    rule = AutoEndRule(account_id=account_id, tenant_key=account_id, concurrency_key=account_id, **values)
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account_id)
        if AutoEndRule.objects.filter(account_id=account_id).count() >= MAX_RULES:
            raise RuleConflict(f"The account has {MAX_RULES} rules; delete one first.")
        _save(rule)
        set_enabled(rule, enabled=enabled)
        ring(AutoEndRule.queue)
    return rule


def update_rule(rule: AutoEndRule, changes: Mapping[str, Any], *, enabled: bool | None = None) -> None:
    """Change a locked rule; `enabled` None: it stays as it is. Raises RuleConflict."""
    for name, value in changes.items():
        setattr(rule, name, value)
    if changes:
        _save(rule, list(changes))
    set_enabled(rule, enabled=rule.is_enabled if enabled is None else enabled)


def _save(rule: AutoEndRule, fields: list[str] | None = None) -> None:
    """Save and reload it. Raises RuleConflict if the account has another rule of this name."""
    try:
        with transaction.atomic():
            rule.save(update_fields=fields)
    except IntegrityError as error:
        raise RuleConflict("The account has a rule of this name already.") from error
    rule.refresh_from_db()


def matching_calls(rule: AutoEndRule) -> QuerySet[Call]:
    """The calls that the rule would end now: live, matching, and older than its `min_age`."""
    calls = endable_calls(CallFilter.from_json(rule.filter), rule.account_id)
    began = Coalesce("started_at", "created_at")
    limit = Now() - timedelta(seconds=rule.min_age)
    return calls.annotate(began=began).filter(began__lt=limit)


def run_rule(rule: AutoEndRule) -> None:
    """End one chunk of the calls that match; after a full chunk the rule is due again at once."""
    if rule.is_settled:
        return
    try:
        ids, is_full = next_chunk(matching_calls(rule))
    except InvalidFilter as error:  # a name of the metadata that was withdrawn, or is not indexed yet
        log.warning("rule_filter_refused", rule_id=str(rule.pk), reason=str(error))
        AutoEndRule.objects.filter(pk=rule.pk).update(error=str(error))
        return
    if rule.error:
        AutoEndRule.objects.filter(pk=rule.pk).update(error="")
    if not ids:
        return
    ended = end_if_live_many(ids, rule.account_id, rule.effective_reason, rule.code, f"rule:{rule.name}")
    rule.ended += len(ended)
    rule.last_ended_at = Now()
    rule.save(update_fields=["ended", "last_ended_at"])
    log.info("rule_applied", rule_id=str(rule.pk), ended=len(ended))
    if is_full:
        AutoEndRule.objects.filter(pk=rule.pk).make_due()


def rule_interval() -> float:
    """Seconds between two runs of a rule."""
    return float(settings.RULE_INTERVAL)
