"""Figures of calls for /metrics; each is answered from a partial index."""

from liveplatform.observability.metrics import Gauge

GAUGES = [
    Gauge(
        "liveplatform_calls_open",
        "Calls that have not ended.",
        """
        SELECT wanted.status, count(call.id) FROM (VALUES ('scheduled'), ('live')) wanted(status)
        LEFT JOIN calls_call call ON call.status = wanted.status AND call.ended_at IS NULL
        GROUP BY wanted.status
        """,
        labels=("status",),
    ),
    Gauge(
        "liveplatform_calls_overdue",
        "Live calls more than five seconds past their time limit.",
        """
        SELECT count(*) FROM calls_call WHERE ended_at IS NULL
        AND started_at + make_interval(secs => time_limit) < now() - interval '5 seconds'
        """,
    ),
    Gauge(
        "liveplatform_calls_still_billed",
        "Calls that ended here while the provider says they are live.",
        "SELECT count(*) FROM calls_call WHERE ended_at IS NOT NULL AND provider_state = 'live'",
    ),
]
