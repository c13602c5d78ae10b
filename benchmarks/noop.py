"""The other yardstick: what Celery does with tasks that do nothing."""

import os

import redis
from celery import Celery

URL = os.environ.get("NOOP_REDIS", "")
app = Celery("noop", broker=URL.replace("unix://", "redis+socket://"))
app.conf.task_ignore_result = True
app.conf.worker_prefetch_multiplier = 64


@app.task(name="noop-count")
def noop() -> None:
    counter().incr("noop-count")


def counter() -> redis.Redis:
    return redis.from_url(URL)
