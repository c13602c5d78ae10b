"""The retry schedule of deliveries: that of Standard Webhooks, about three days, with jitter.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (Retries)
"""

import random

# Seconds before the second, third … attempt; the first one is immediate.
RETRY_DELAYS = (5, 30, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
MAX_ATTEMPTS = len(RETRY_DELAYS) + 1
JITTER = 0.1
MAX_RETRY_AFTER = 24 * 3600.0  # seconds that a receiver's Retry-After can delay an attempt


def next_delay(attempts: int) -> float:
    """Seconds until the next attempt, after so many attempts."""
    base = RETRY_DELAYS[min(max(attempts, 1), len(RETRY_DELAYS)) - 1]
    return base * (1 + random.uniform(0, JITTER))  # noqa: S311
