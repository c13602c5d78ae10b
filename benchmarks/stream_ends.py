"""What streams cost: the end of a call that had streams beside one that had none, and stops beside ends.

`python -m benchmarks.stream_ends`: rounds take turns in one database.
"""

import os
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import django

from benchmarks.bench_calls import connect, insert
from liveplatform import embedded
from liveplatform.dev.stack import LocalStack
from tests.support.client import NO_RATE_LIMITS, Customer

ROUNDS, CALLS = 12, 80
HAS_STREAMS = "UPDATE calls_call SET has_streams = true WHERE id = ANY(%s)"
STREAMS = """
    INSERT INTO calls_mediastream (id, account_id, call_id, kind, status, max_seconds, expires_at, parameters)
    SELECT gen_random_uuid(), account_id, id, 'audio', 'live', 3600, now() + interval '1 hour',
           '{"service_url": "wss://bot.example/ws"}'
    FROM calls_call WHERE id = ANY(%s) RETURNING id
"""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        var = Path(folder)
        with LocalStack(var, NO_RATE_LIMITS) as local:
            local.prepare()
            local.start("sandbox", "receiver", "web")
            local.wait_ready()
            account_id = Customer(local, "bench").account_id
            _set_up_django(var)
            kinds: list[tuple[str, Callable[[Path, str], list[float]]]] = [
                ("end, without streams", lambda *given: _ends(*given, streams=False)),
                ("end, with streams", lambda *given: _ends(*given, streams=True)),
                ("request of a stop", _stop_requests),
            ]
            times: dict[str, list[float]] = {name: [] for name, _ in kinds}
            for _ in range(ROUNDS):
                for name, measure in kinds:
                    times[name].append(statistics.median(measure(var, account_id)[10:]))
    report(times)
    return 0


def report(times: dict[str, list[float]]) -> None:
    plain = times["end, without streams"]
    for name, medians in times.items():
        low, middle, high = statistics.quantiles([a / b for a, b in zip(medians, plain, strict=True)], n=4)
        rate = 1000 / statistics.median(medians)
        print(
            f"{name}: median of {ROUNDS} rounds {statistics.median(medians):.3f} ms ({rate:,.0f}/s of one client), "
            f"{middle:.3f} of an end without streams ({low:.3f} to {high:.3f})"
        )


def _set_up_django(var: Path) -> None:
    os.environ.update({"SECRET_KEY": "s" * 50, "ENCRYPTION_KEYS": f"dev:{b64encode(bytes(32)).decode()}"})
    os.environ["DATABASE_URL"] = embedded.database_url(var)
    os.environ["REDIS_URL"] = embedded.redis_url(var)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")
    django.setup()


def _ends(var: Path, account_id: str, *, streams: bool) -> list[float]:
    """Milliseconds of ending each of some new calls."""
    from calls.sql import end_if_live  # noqa: PLC0415 - needs Django's settings

    ids = insert(var, account_id, [""] * CALLS, [""] * CALLS, transcripts=False)
    if streams:
        with connect(var) as database:
            database.execute(HAS_STREAMS, [ids])
    return [
        _time(lambda id=id: end_if_live(id, UUID(account_id), "r", "ended_by_api", "bench")) for id in ids
    ]


def _stop_requests(var: Path, account_id: str) -> list[float]:
    """Milliseconds of putting the stop of each of some streams on record."""
    from calls.streams.stop import request_stops  # noqa: PLC0415 - needs Django's settings

    ids = insert(var, account_id, [""] * CALLS, [""] * CALLS, transcripts=False)
    with connect(var) as database:
        streams = [id for (id,) in database.execute(STREAMS, [ids]).fetchall()]
    return [_time(lambda id=id: request_stops([id], actor="bench")) for id in streams]


def _time(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
