"""/metrics for Prometheus: what stands in PostgreSQL, so that every web process tells the same."""

from collections.abc import Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from liveplatform.work.models import Work, kinds

# Each reads a partial index: what is open, and what was given up.
OPEN = """
SELECT state, count(*), coalesce(extract(epoch FROM now() - min(due_at) FILTER (WHERE due_at <= now())), 0)
FROM {table} WHERE state IN ('pending', 'running') GROUP BY state
"""
FAILED = "SELECT count(*) FROM {table} WHERE state = 'failed'"


def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Collector:
    """Reads the figures at the moment they are asked for."""

    def collect(self) -> Iterator[Metric]:
        rows = GaugeMetricFamily(
            "liveplatform_work_rows", "Rows of work by state.", labels=["queue", "state"]
        )
        late = GaugeMetricFamily(
            "liveplatform_work_oldest_due_seconds", "Age of the oldest due row.", labels=["queue"]
        )
        for queue, kind in kinds().items():
            oldest = self._read(queue, kind, rows)
            late.add_metric([queue], oldest)
        yield rows
        yield late

    def _read(self, queue: str, kind: type[Work], rows: GaugeMetricFamily) -> float:
        oldest = 0.0
        table = f'"{kind._meta.db_table}"'
        with connection.cursor() as cursor:
            cursor.execute(OPEN.format(table=table))
            counts = {"pending": 0, "running": 0}
            for state, count, age in cursor.fetchall():
                counts[state] = count
                oldest = max(oldest, float(age))
            cursor.execute(FAILED.format(table=table))
            counts["failed"] = cursor.fetchone()[0]
        for state, count in counts.items():
            rows.add_metric([queue, state], count)
        return oldest
