"""Rate limit per principal, exact under concurrency: one Redis counter per principal and fixed window.

If Redis is unreachable, requests pass and a warning is logged. Actions that end calls are not throttled.
"""

from functools import cache

import redis
import structlog
from django.conf import settings
from rest_framework.exceptions import Throttled

from liveplatform.api.principal import Principal

log = structlog.get_logger(__name__)

WINDOW_SECONDS = 60
# INCR and EXPIRE in one script: a crash between them would leave a counter that never expires.
COUNT_AND_EXPIRE = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('TTL', KEYS[1])}
"""


class ApiKeyThrottle:
    """At most settings.API_RATE_PER_MINUTE requests a minute per principal (0: no limit)."""

    @staticmethod
    def check(principal: Principal) -> None:
        """Count one request. Raises Throttled (429, with seconds to wait) above the limit."""
        if not settings.API_RATE_PER_MINUTE:
            return
        name = f"liveplatform:rate:{principal.account_id}:{principal.identity}"
        try:
            count, ttl = _redis().eval(COUNT_AND_EXPIRE, 1, name, WINDOW_SECONDS)
        except redis.RedisError as error:
            log.warning("rate_limit_unavailable", error=type(error).__name__)
            return
        if count > settings.API_RATE_PER_MINUTE:
            raise Throttled(wait=max(int(ttl), 1))


@cache
def _redis() -> redis.Redis:
    return redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2)
