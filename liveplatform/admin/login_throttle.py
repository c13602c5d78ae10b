"""Log-ins per address and minute, counted in Redis: one address cannot try many user names.

What one address tries on one user name is counted and locked by django-axes, in the database. If Redis cannot
be reached, log-ins pass.
"""

import redis
import structlog
from django.conf import settings

from liveplatform.work import heartbeat

log = structlog.get_logger(__name__)

WINDOW_SECONDS = 60
# In one script: a crash between the two would leave a counter that never expires.
COUNT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return n
"""


def is_allowed(address: str) -> bool:
    """Count an attempt; False above settings.LOGIN_ATTEMPTS_PER_MINUTE (0: no limit)."""
    if not settings.LOGIN_ATTEMPTS_PER_MINUTE:
        return True
    name = f"liveplatform:login:{address}"
    try:
        count = int(heartbeat.client().eval(COUNT, 1, name, WINDOW_SECONDS))
    except redis.RedisError as error:
        log.warning("login_throttle_unavailable", error=type(error).__name__)
        return True
    if count == settings.LOGIN_ATTEMPTS_PER_MINUTE + 1:
        log.warning("login_throttled", address=address)
    return count <= int(settings.LOGIN_ATTEMPTS_PER_MINUTE)
