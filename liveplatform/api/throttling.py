"""Rate limits per principal and per account, exact under concurrency: counters of a fixed window in Redis.

A request counts only if both limits allow it. Actions that end calls are neither counted nor limited. While
Redis does not answer, each process counts for itself, so that a limit holds per process.
"""

import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import redis
import structlog
from django.conf import settings
from rest_framework.exceptions import APIException

from liveplatform.api.principal import Principal

log = structlog.get_logger(__name__)

WINDOW_SECONDS = 60
# Redis is not asked again for so long after it has not answered.
PAUSE_SECONDS = 2.0
MAX_LOCAL_COUNTERS = 10_000
# For each key its count and the seconds left, after counting this request; 1 first if a limit forbids it.
# One script: nothing happens between check and count, and no counter is left without its expiry.
COUNT = """
local refused = 0
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[i + 1]) then refused = 1 end
end
local answer = {refused}
for _, key in ipairs(KEYS) do
  local n = refused == 1 and tonumber(redis.call('GET', key) or '0') or redis.call('INCR', key)
  if n == 1 and refused == 0 then redis.call('EXPIRE', key, ARGV[1]) end
  table.insert(answer, n)
  table.insert(answer, redis.call('TTL', key))
end
return answer
"""


class Limit(NamedTuple):
    """At most so many requests a minute, under this counter; `scope` names whose they are."""

    scope: str
    counter: str
    most: int


@dataclass(frozen=True)
class Quota:
    """What is left of the limit that is closest to being reached."""

    limit: Limit
    remaining: int
    reset: int  # seconds until the window ends
    policies: tuple[int, ...]  # the requests a minute of each limit

    @property
    def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers-07, which clients know."""
        return {
            "RateLimit-Limit": str(self.limit.most),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
            "RateLimit-Policy": ", ".join(f"{most};w={WINDOW_SECONDS}" for most in self.policies),
        }


class RateLimited(APIException):
    """429: the key or the account has used up its requests of this minute."""

    status_code = 429
    default_code = "rate_limited"

    def __init__(self, quota: Quota) -> None:
        whose = f"The {quota.limit.scope} has made its {quota.limit.most:,} requests of this minute"
        super().__init__(f"{whose}; go on in {quota.reset} s.")
        self.wait, self.quota = quota.reset, quota


def check_rate(principal: Principal) -> Quota | None:
    """Count one request; None without limits. Raises RateLimited (429) if a limit is reached."""
    limits = _limits(principal)
    return count_request(limits) if limits else None


def count_request(limits: list[Limit]) -> Quota:
    """Count one request against limits of any kind. Raises RateLimited (429) if one is reached."""
    counted = _count_in_redis(limits)
    refused, counts = _count_locally(limits) if counted is None else counted
    quota = _tightest(limits, counts)
    if refused:
        raise RateLimited(quota)
    return quota


def _limits(principal: Principal) -> list[Limit]:
    """The limits in force; 0 is none."""
    prefix = f"liveplatform:rate:{principal.account_id}"
    own, whole = principal.rate_limits
    kind = "key" if principal.kind == "key" else "token's subject"
    limits = (
        Limit(kind, f"{prefix}:{principal.identity}", settings.API_RATE_PER_MINUTE if own is None else own),
        Limit("account", prefix, settings.API_ACCOUNT_RATE_PER_MINUTE if whole is None else whole),
    )
    return [limit for limit in limits if limit.most]


Counts = list[tuple[int, int]]  # of each limit: requests counted, seconds left


def _count_in_redis(limits: list[Limit]) -> tuple[bool, Counts] | None:
    """Whether the request is refused, and the counts; None if Redis does not answer."""
    if time.monotonic() < _outage.until:
        return None
    most = [limit.most for limit in limits]
    try:
        refused, *rest = _redis().eval(
            COUNT, len(limits), *(limit.counter for limit in limits), WINDOW_SECONDS, *most
        )
    except redis.RedisError as error:
        log.warning("rate_limit_unavailable", error=type(error).__name__)
        _outage.until = time.monotonic() + PAUSE_SECONDS
        return None
    return bool(refused), list(zip(rest[::2], rest[1::2], strict=True))


def _count_locally(limits: list[Limit]) -> tuple[bool, Counts]:
    """The same with the counters of this process."""
    now = time.monotonic()
    with _lock:
        if len(_local) > MAX_LOCAL_COUNTERS:
            _local.clear()
        current = [_local.get(limit.counter, (0, 0.0)) for limit in limits]
        current = [(n, end) if end > now else (0, now + WINDOW_SECONDS) for n, end in current]
        refused = any(n >= limit.most for (n, _), limit in zip(current, limits, strict=True))
        if not refused:
            current = [(n + 1, end) for n, end in current]
            _local.update({limit.counter: each for limit, each in zip(limits, current, strict=True)})
    return refused, [(n, int(end - now) + 1) for n, end in current]


def _tightest(limits: list[Limit], counts: Counts) -> Quota:
    policies = tuple(limit.most for limit in limits)
    quotas = [
        Quota(limit, max(0, limit.most - n), max(1, left), policies)
        for limit, (n, left) in zip(limits, counts, strict=True)
    ]
    return min(quotas, key=lambda quota: quota.remaining)


class _Outage:
    """Until when Redis is not asked, by time.monotonic()."""

    until = 0.0


_outage = _Outage()
_lock = threading.Lock()
_local: dict[str, tuple[int, float]] = {}  # counter: requests, end of the window


def forget() -> None:
    """Drop the connection and the state of this process, for tests."""
    _redis.cache_clear()
    _outage.until = 0.0
    _local.clear()


@cache
def _redis() -> redis.Redis:
    return redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2)
