"""One run of an auto-end rule: end a chunk of the live calls that match it."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now

from calls.bulk.run import next_chunk
from calls.filters import CallFilter
from calls.models.bulk import AutoEndRule
from calls.models.call import Call
from calls.sql import end_if_live_many

log = structlog.get_logger(__name__)


def matching_calls(rule: AutoEndRule) -> QuerySet[Call]:
    """The calls that the rule would end now: live, matching, and older than its `min_age`."""
    calls = CallFilter.from_json(rule.filter).queryset(rule.account_id)
    began = Coalesce("started_at", "created_at")
    limit = Now() - timedelta(seconds=rule.min_age)
    return calls.filter(ended_at__isnull=True).annotate(began=began).filter(began__lt=limit)


def run_rule(rule: AutoEndRule) -> None:
    """End one chunk of the calls that match; after a full chunk the rule is due again at once."""
    if rule.is_settled:
        return
    ids, is_full = next_chunk(matching_calls(rule))
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
