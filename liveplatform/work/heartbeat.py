"""The heartbeat of worker processes: a key in Redis that expires unless some worker renews it."""

from functools import cache

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

KEY = "liveplatform:worker-seen"
# Seconds: between two beats, how long one is good for, and how long Redis may take to answer.
INTERVAL = 5
TTL = 30
TIMEOUT = 1


def beat() -> None:
    """Record that a worker is alive. Redis being away is logged and stops nothing."""
    try:
        client().set(KEY, "1", ex=TTL)
    except redis.RedisError as error:
        log.warning("heartbeat_failed", error=type(error).__name__)


def is_recent() -> bool:
    """Whether any worker was alive in the last TTL seconds; redis.RedisError if Redis does not answer."""
    return bool(client().exists(KEY))


@cache
def client() -> redis.Redis:
    """Redis without retries: the next beat or probe asks again."""
    return redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )
