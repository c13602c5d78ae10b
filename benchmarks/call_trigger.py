"""What the trigger by which sessions hear of their calls costs the end of a call without a session.

`python -m benchmarks.call_trigger`: rounds with the trigger and without it take turns in one database.
"""

import os
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from pathlib import Path
from uuid import UUID

import django

from benchmarks.bench_calls import connect, insert
from liveplatform import embedded
from liveplatform.dev.stack import LocalStack
from tests.support.client import NO_RATE_LIMITS, Customer

ROUNDS, CALLS = 30, 150
SWITCH = "ALTER TABLE calls_call {} TRIGGER followed_by_session"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        var = Path(folder)
        with LocalStack(var, NO_RATE_LIMITS) as local:
            local.prepare()
            local.start("sandbox", "receiver", "web")
            local.wait_ready()
            account_id = Customer(local, "bench").account_id
            secrets_of_its_own = {
                "SECRET_KEY": "s" * 50,
                "ENCRYPTION_KEYS": f"dev:{b64encode(bytes(32)).decode()}",
            }
            os.environ.update(secrets_of_its_own)
            os.environ["DATABASE_URL"] = embedded.database_url(var)
            os.environ["REDIS_URL"] = embedded.redis_url(var)
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")
            django.setup()
            times = {"ENABLE": [], "DISABLE": []}
            for number in range(2 * ROUNDS):
                switch = ("ENABLE", "DISABLE")[number % 2]
                times[switch].append(_round(var, account_id, switch))
    report(times)
    return 0


def report(times: dict[str, list[float]]) -> None:
    pairs = [a / b for a, b in zip(times["ENABLE"], times["DISABLE"], strict=True)]
    for switch, name in (("ENABLE", "with"), ("DISABLE", "without")):
        print(
            f"{name} the trigger: median of {ROUNDS} rounds {statistics.median(times[switch]):.3f} ms an end"
        )
    low, middle, high = statistics.quantiles(pairs, n=4)
    print(f"ratio of neighbouring rounds: {middle:.3f} ({low:.3f} to {high:.3f} is the middle half)")


def _round(var: Path, account_id: str, switch: str) -> float:
    """The median milliseconds of ending one call."""
    from calls.sql import end_if_live  # noqa: PLC0415 - needs Django's settings

    ids = insert(var, account_id, [""] * CALLS, [""] * CALLS, transcripts=False)
    with connect(var) as database:
        database.execute(SWITCH.format(switch))
    taken = []
    for call_id in ids:
        began = time.perf_counter()
        end_if_live(call_id, UUID(account_id), "r", "ended_by_api", "bench")
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken[10:])


if __name__ == "__main__":
    sys.exit(main())
