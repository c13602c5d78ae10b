"""When a delivery is tried again (DESIGN: Standard Webhooks' schedule, with added jitter)."""

import random

# Seconds before the second, third … attempt; the first is at once.
PAUSES = (5, 30, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
MAX_ATTEMPTS = len(PAUSES) + 1
JITTER = 0.1


def pause(attempts: int) -> float:
    """Seconds until the next attempt, after so many."""
    base = PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]
    return base * (1 + random.uniform(0, JITTER))  # noqa: S311
