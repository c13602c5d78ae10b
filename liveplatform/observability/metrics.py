"""/metrics for Prometheus: what stands in PostgreSQL, so that every web process tells the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from liveplatform.work.models import Work
from liveplatform.work.queue import queues

log = structlog.get_logger(__name__)

TIMEOUT = 3000  # milliseconds for each statement; a scrape must never weigh on the database
STATES = ("pending", "running", "failed")

# Both read a partial index of Work alone: what is open, and what was given up.
OPEN = """
SELECT state, count(*), coalesce(extract(epoch FROM now() - min(due_at) FILTER (WHERE due_at <= now())), 0)
FROM {table} WHERE state IN ('pending', 'running') GROUP BY state
UNION ALL SELECT 'failed', count(*), 0 FROM {table} WHERE state = 'failed'
"""


@dataclass(frozen=True)
class Gauge:
    """A figure of an app: a statement that a partial index answers; each row: the labels, then the value."""

    name: str
    documentation: str
    statement: str
    labels: tuple[str, ...] = ()


def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics in Prometheus' text format; with the database away, `liveplatform_database_up 0` alone."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def gauges() -> list[Gauge]:
    """What the apps give beside Work, as the settings list them."""
    return list(chain.from_iterable(import_string(path) for path in settings.METRICS))


class _Collector:
    """Reads the figures at the moment they are asked for."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("liveplatform_database_up", "Whether the figures could be read.")
        found: list[Metric] = []
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL statement_timeout = {TIMEOUT}")
                found = [*_work(), *(_family(gauge) for gauge in gauges())]
        except DatabaseError as error:
            log.warning("metrics_unread", error=type(error).__name__)
        up.add_metric([], bool(found))
        yield from [up, *found]


def _work() -> list[Metric]:
    rows = GaugeMetricFamily("liveplatform_work_rows", "Rows of work by state.", labels=["queue", "state"])
    late = GaugeMetricFamily(
        "liveplatform_work_oldest_due_seconds", "Age of the oldest due row.", labels=["queue"]
    )
    for name, queue in queues().items():
        counted = {state: (count, age) for state, count, age in _open(queue.model)}
        for state in STATES:
            rows.add_metric([name, state], counted.get(state, (0, 0.0))[0])
        late.add_metric([name], max(age for _, age in counted.values()))
    return [rows, late]


def _open(kind: type[Work]) -> list[tuple[str, int, float]]:
    with connection.cursor() as cursor:
        cursor.execute(OPEN.format(table=connection.ops.quote_name(kind._meta.db_table)))
        return [(state, count, float(age)) for state, count, age in cursor.fetchall()]


def _family(gauge: Gauge) -> Metric:
    family = GaugeMetricFamily(gauge.name, gauge.documentation, labels=gauge.labels)
    with connection.cursor() as cursor:
        cursor.execute(gauge.statement)
        for *labels, value in cursor.fetchall():
            family.add_metric([str(label) for label in labels], float(value))
    return family
