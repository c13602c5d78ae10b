"""/metrics for Prometheus: gauges read from PostgreSQL, so every web process reports the same values."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Count, DurationField, ExpressionWrapper, Min, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from liveplatform.db.timeouts import limit_statements
from liveplatform.limits import refusals
from liveplatform.work.models import Work
from liveplatform.work.queue import queues

log = structlog.get_logger(__name__)

TIMEOUT = 3000  # milliseconds for each statement; a scrape must not load the database
STATES = ("pending", "running", "failed")

# Label values, then the value of the gauge.
Sample = tuple[Any, ...]


@dataclass(frozen=True)
class Gauge:
    """A gauge of an app; `read` returns its samples. Its queries must be answered by partial indexes."""

    name: str
    documentation: str
    read: Callable[[], Iterable[Sample]]
    labels: tuple[str, ...] = ()


def count_by(rows: QuerySet[Any], **conditions: Q) -> list[Sample]:
    """How many rows satisfy each condition, in one query; the condition's name is the label."""
    counts = rows.aggregate(**{name: Count("pk", filter=condition) for name, condition in conditions.items()})
    return list(counts.items())


def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics in Prometheus' text format; without the database, `liveplatform_database_up 0` alone."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def gauges() -> list[Gauge]:
    """The gauges of the apps, as settings.METRICS lists them."""
    return list(chain.from_iterable(import_string(path) for path in settings.METRICS))


class _Collector:
    """Reads all metrics at the time of the scrape."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("liveplatform_database_up", "Whether the figures could be read.")
        found: list[Metric] = []
        try:
            with transaction.atomic():
                limit_statements(TIMEOUT)
                found = [*_work_metrics(), *(_family(gauge) for gauge in gauges())]
        except DatabaseError as error:
            log.warning("metrics_read_failed", error=type(error).__name__)
        up.add_metric([], bool(found))
        refused = _refusals()
        yield from [up, *found, *([refused] if refused.samples else [])]


def _work_metrics() -> list[Metric]:
    rows = GaugeMetricFamily("liveplatform_work_rows", "Rows of work by state.", labels=["queue", "state"])
    oldest = GaugeMetricFamily(
        "liveplatform_work_oldest_due_seconds", "Age of the oldest due row.", labels=["queue"]
    )
    for name, queue in queues().items():
        counts = {state: (count, age) for state, count, age in open_rows(queue.model)}
        counts["failed"] = (failed_rows(queue.model).count(), None)
        for state in STATES:
            rows.add_metric([name, state], counts.get(state, (0, None))[0])
        ages = [age for _, age in counts.values() if age is not None]
        oldest.add_metric([name], max(ages, default=timedelta()).total_seconds())
    return [rows, oldest]


def _refusals() -> Metric:
    refused = CounterMetricFamily(
        "liveplatform_requests_refused", "Requests refused because of a bound.", labels=["bound"]
    )
    for name, number in refusals.read():
        refused.add_metric([name], number)
    return refused


def open_rows(model: type[Work]) -> QuerySet[Any, Any]:
    """Of each open state: (state, number of rows, age of the oldest due row or None)."""
    age = ExpressionWrapper(Now() - Min("due_at", filter=Q(due_at__lte=Now())), output_field=DurationField())
    counted = model.objects.filter(state__in=Work.OPEN).values("state").annotate(rows=Count("pk"), age=age)
    return counted.values_list("state", "rows", "age").order_by()


def failed_rows(model: type[Work]) -> QuerySet[Any]:
    """The failed rows."""
    return model.objects.filter(state=Work.State.FAILED)


def _family(gauge: Gauge) -> Metric:
    family = GaugeMetricFamily(gauge.name, gauge.documentation, labels=gauge.labels)
    for *labels, value in gauge.read():
        family.add_metric([str(label) for label in labels], float(value))
    return family
