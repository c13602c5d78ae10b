"""When a delivery is tried again: Standard Webhooks' schedule, about three days in all, jitter added.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (Retries)
"""

import random

# Seconds before the second, third … attempt; the first is at once.
RETRY_DELAYS = (5, 30, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
MAX_ATTEMPTS = len(RETRY_DELAYS) + 1
JITTER = 0.1
# A receiver may ask us to wait longer than the schedule does, but not for ever.
MAX_RETRY_AFTER = 24 * 3600.0


def next_delay(attempts: int, asked: float | None = None) -> float:
    """Seconds until the next attempt, after so many; at least what the receiver asked for."""
    base = RETRY_DELAYS[min(max(attempts, 1), len(RETRY_DELAYS)) - 1]
    return max(base * (1 + random.uniform(0, JITTER)), min(asked or 0.0, MAX_RETRY_AFTER))  # noqa: S311
