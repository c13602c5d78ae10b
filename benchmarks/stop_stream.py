"""Stopping audio streams over REST beside the end of calls, in one run: each stop asks the sandbox within its request."""

import uuid

from benchmarks import end_call
from benchmarks.bench_calls import connect, insert
from benchmarks.load import Load, post_each
from liveplatform.dev.stack import LocalStack
from tests.support.client import Customer

CONNECTIONS = 16
# Streams of live calls over Twilio. The sandbox does not know them, and answers that they do not run.
STREAMS = """
INSERT INTO calls_mediastream (id, account_id, kind, call_id, status, started_at, max_seconds, expires_at, connection_id,
    provider, parent_id, provider_stream_id, parameters)
SELECT s.id, %(account)s::uuid, 'audio', s.call, 'live', now(), 14400, now() + interval '4 hours', t.id,
    'twilio', 'CA' || md5(s.call::text), 'MZ' || md5(s.id::text), '{}'
FROM unnest(%(ids)s::uuid[], %(calls)s::uuid[]) AS s(id, call), accounts_connection t
WHERE t.account_id = %(account)s::uuid AND t.provider = 'twilio'
"""


def bench(local: LocalStack, customer: Customer, count: int) -> list[tuple[str, str, str]]:
    """Rows of (measurement, figures, comparison)."""
    stops = measure(local, customer, count)
    ends, _ = end_call.measure(local, customer, count, CONNECTIONS)
    return [
        (f"stop a stream, {CONNECTIONS} connections, its provider asked", str(stops), ""),
        (f"end a call, {CONNECTIONS} connections", str(ends), ""),
        ("stops per end", f"{stops.rate / ends.rate:.2f} ×", "an end asks nobody within its request"),
    ]


def measure(local: LocalStack, customer: Customer, count: int) -> Load:
    """Stop new streams once each, each of a call of its own."""
    calls = insert(local.var, customer.account_id, [""] * count, [""] * count, transcripts=False)
    ids = [uuid.uuid4() for _ in calls]
    with connect(local.var) as database:
        database.execute(STREAMS, {"account": customer.account_id, "ids": ids, "calls": calls})
        database.execute("ANALYZE calls_mediastream")
    paths = [f"/v1/streams/{stream}/stop" for stream in ids]
    return post_each(local.url, paths, CONNECTIONS, f"Authorization: Bearer {customer.key}\r\n")
