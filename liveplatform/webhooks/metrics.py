"""Figures of endpoints for /metrics; deliveries are counted as the Work that they are."""

from liveplatform.observability.metrics import Gauge

GAUGES = [
    Gauge(
        "liveplatform_webhook_endpoints",
        "Customers' endpoints by how they fare.",
        """
        SELECT 'well', count(*) FILTER (WHERE is_enabled AND failing_since IS NULL) FROM webhooks_endpoint
        UNION ALL SELECT 'failing', count(*) FILTER (WHERE is_enabled AND failing_since IS NOT NULL)
            FROM webhooks_endpoint
        UNION ALL SELECT 'disabled', count(*) FILTER (WHERE NOT is_enabled) FROM webhooks_endpoint
        """,
        labels=("state",),
    ),
]
