"""The queue of deliveries: an endpoint that hangs never delays another."""

import time
from collections.abc import Iterator

import pytest
from django.db import connection

from liveplatform.webhooks.models import Delivery
from liveplatform.work.worker import DrainThread
from tests.support.draining import queue_of

pytestmark = pytest.mark.django_db(transaction=True)


class Worker(DrainThread):
    """A worker's drain of deliveries, that gives its connection back."""

    def run(self) -> None:
        super().run()
        connection.close()


@pytest.fixture
def worker(settings) -> Iterator[DrainThread]:
    settings.WEBHOOK_TIMEOUT = 3.0
    settings.WORK_SWEEP = 0.2
    worker = Worker(queue_of(Delivery))
    worker.start()
    yield worker
    worker.stop()
    worker.join(10)


def test_what_is_published_while_another_endpoint_hangs_arrives_at_once(
    worker, endpoint_at, publish_event, receiver
):
    endpoint_at("/hang/queue", events=["call.updated"])
    endpoint_at("/ok/queue", events=["call.ended"])
    for _ in range(20):
        publish_event("call.updated")
    receiver.wait_for(1, "/hang/queue")
    for n in range(3):
        published = time.time()
        publish_event("call.ended")
        arrived = receiver.wait_for(n + 1, "/ok/queue")[-1].at
        assert arrived - published < 1
