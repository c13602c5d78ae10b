"""When a delivery is tried again: Standard Webhooks' schedule, about three days in all, jitter added.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (Retries)
"""

import random

# Seconds before the second, third … attempt; the first is at once.
PAUSES = (5, 30, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
MAX_ATTEMPTS = len(PAUSES) + 1
JITTER = 0.1
# A receiver may ask us to wait longer than the schedule does, but not for ever.
LONGEST_WAIT = 24 * 3600.0


def pause(attempts: int, asked: float | None = None) -> float:
    """Seconds until the next attempt, after so many; at least what the receiver asked for."""
    base = PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]
    return max(base * (1 + random.uniform(0, JITTER)), min(asked or 0.0, LONGEST_WAIT))  # noqa: S311
