"""Gauges of endpoints for /metrics; deliveries are counted as rows of Work."""

from django.db.models import Q

from liveplatform.observability.metrics import Gauge, Sample, count_by
from liveplatform.webhooks.models import Endpoint


def _by_health() -> list[Sample]:
    return count_by(
        Endpoint.objects.all(),
        well=Q(is_enabled=True, failing_since=None),
        failing=Q(is_enabled=True, failing_since__isnull=False),
        disabled=Q(is_enabled=False),
    )


GAUGES = [
    Gauge("liveplatform_webhook_endpoints", "Customers' endpoints by health.", _by_health, labels=("state",))
]
