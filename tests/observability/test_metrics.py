"""/metrics: gauges of work and of the apps, read by partial indexes and in bounded time."""

import time

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from calls.metrics import live, overdue, unattended
from calls.models import Call, Step
from liveplatform.observability.metrics import Gauge, count_by, failed_rows, open_rows
from liveplatform.webhooks.models import Endpoint
from liveplatform.work.queue import queues
from tests.support.factories import phone_call

Values = dict[str, dict[tuple[str, ...], float]]


def _sleep():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_sleep(30)")
        return cursor.fetchall()


# Takes longer than a scrape may.
SLOW = [Gauge("slow", "A slow statement.", _sleep)]


def scraped(client: Client) -> Values:
    """All values of a scrape, by metric and labels."""
    families = text_string_to_metric_families(client.get("/metrics").content.decode())
    return {
        family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples}
        for family in families
    }


def test_work_calls_and_endpoints_are_counted(client, account):
    call = phone_call(account)
    Step.objects.create(call=call, kind=Step.Kind.ANALYSE, state="pending")
    Step.objects.create(call=call, kind=Step.Kind.NOTIFY, state="failed")
    Step.objects.create(call=call, kind=Step.Kind.CLEAN_UP, state="done")
    Endpoint.objects.create(account=account, url="https://example.com/", is_enabled=False)
    time.sleep(0.01)

    values = scraped(client)

    assert values["liveplatform_database_up"] == {(): 1}
    rows = values["liveplatform_work_rows"]
    assert rows["steps", "pending"] == rows["steps", "failed"] == 1
    assert rows["steps", "running"] == rows["webhooks", "failed"] == 0
    assert set(values["liveplatform_work_oldest_due_seconds"]) == {(queue,) for queue in queues()}
    assert values["liveplatform_work_oldest_due_seconds"]["steps",] > 0
    assert values["liveplatform_calls_open"]["live",] + values["liveplatform_calls_open"]["scheduled",] >= 1
    assert values["liveplatform_webhook_endpoints"] == {("well",): 0, ("failing",): 0, ("disabled",): 1}


def test_metrics_that_take_too_long_are_left_out(client, account, settings):
    settings.METRICS = ["tests.observability.test_metrics.SLOW"]

    assert scraped(client).keys() - {"liveplatform_requests_refused"} == {"liveplatform_database_up"}
    assert scraped(client)["liveplatform_database_up"] == {(): 0}


@pytest.mark.parametrize("model", [queue.model for queue in queues().values()], ids=lambda model: model.queue)
def test_rows_of_work_are_read_by_partial_indexes(db, model):
    _without_seqscan()

    assert f"{model._meta.model_name}_due" in open_rows(model).explain()
    assert "Seq Scan" not in failed_rows(model).explain()


def test_calls_are_read_by_partial_indexes(db):
    _without_seqscan()

    for calls in (live(), overdue(), unattended(), Call.still_billed()):
        assert "Seq Scan" not in calls.explain()


def test_an_overdue_call_is_past_its_limit_by_more_than_the_grace(account):
    phone_call(account)
    late = phone_call(account)
    assert not overdue().filter(account=account).exists()
    Call.objects.filter(pk=late.pk).update(time_limit=60, started_at="2020-01-01T00:00Z")
    assert overdue().filter(account=account).get() == late


def test_conditions_are_counted_in_one_query(account, django_assert_num_queries):
    Endpoint.objects.create(account=account, url="https://example.com/")
    with django_assert_num_queries(1):
        assert count_by(Endpoint.objects.all(), on=Q(is_enabled=True), off=Q(is_enabled=False)) == [
            ("on", 1),
            ("off", 0),
        ]


def _without_seqscan() -> None:
    """Plans as for large tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
