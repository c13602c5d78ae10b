"""Inserts media streams and livestreams into the database by the million: a year of one account.

Every fifth stream is the run of a livestream. The newest 500 streams are open; of the others two in a hundred
failed. One call has a hundredth of the audio streams, all others four each; calls other than the first are ids
alone. Half of the livestreams have a meeting. Secondary indexes are dropped during the insert and created again
afterwards; triggers are disabled meanwhile.
"""

import psycopg

from benchmarks.many_calls import INDEXES

CALL_ID, APP_ID = "00000000-0000-7000-9000-000000000000", "00000000-0000-7000-a000-000000000000"
STREAMS = """
INSERT INTO calls_mediastream (id, account_id, kind, call_id, status, created_at, started_at, stopped_at,
    stop_requested_at, stopped_by, outcome, max_seconds, expires_at, seconds, provider, parent_id,
    provider_stream_id, parameters)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, %(account)s::uuid, s.kind,
    CASE WHEN s.kind = 'audio' THEN ('00000000-0000-7000-9000-' || lpad(to_hex(
        CASE WHEN i %% 100 = 1 THEN 0 ELSE 1 + i / 5 END), 12, '0'))::uuid END,
    s.status, s.at, CASE WHEN s.status IN ('live', 'stopping', 'stopped') THEN s.at + interval '1 second' END,
    CASE WHEN s.status IN ('stopped', 'failed') THEN s.at + s.length END,
    CASE WHEN s.status IN ('stopped', 'stopping') THEN s.at + s.length END,
    CASE WHEN s.status IN ('stopped', 'stopping') THEN 'key:bench' ELSE '' END,
    CASE s.status WHEN 'stopped' THEN CASE WHEN i %% 9 = 0 THEN 'not_running' ELSE 'stopped' END
        WHEN 'stopping' THEN 'accepted' ELSE '' END,
    14400, s.at + interval '4 hours', CASE WHEN s.status = 'stopped' THEN extract(epoch FROM s.length) END,
    CASE WHEN s.kind = 'audio' THEN 'vobiz' ELSE 'cloudflare' END, 'CA' || i, md5(i::text),
    CASE WHEN s.kind = 'audio' THEN '{"service_url": "wss://bot.example.com/ws", "track": "both"}' ELSE '{}' END::jsonb
FROM (
    SELECT i, now() - interval '365 days' * (%(streams)s::int - i) / %(streams)s::int AS at,
        interval '1 second' * (10 + (hashint4(i) & 1073741823) %% 1800) AS length,
        CASE WHEN i %% 5 = 0 THEN 'livestream' ELSE 'audio' END AS kind,
        CASE WHEN %(streams)s::int - i < 100 THEN 'starting' WHEN %(streams)s::int - i < 400 THEN 'live'
            WHEN %(streams)s::int - i < 500 THEN 'stopping' WHEN i %% 50 = 7 THEN 'failed' ELSE 'stopped' END AS status
    FROM generate_series(1, %(streams)s::int) AS i
) AS s
"""
LIVESTREAMS = """
INSERT INTO sessions_app_livestream (id, account_id, app_id, meeting_id, name, status, is_active, created_at)
SELECT ('00000000-0000-7000-b000-' || lpad(to_hex(i), 12, '0'))::uuid, %(account)s::uuid, %(app)s::uuid,
    CASE WHEN i %% 2 = 0 THEN ('00000000-0000-7000-c000-' || lpad(to_hex(i / 10), 12, '0'))::uuid END,
    'Livestream ' || i, CASE WHEN i %% 50 = 7 THEN 'ERRORED' WHEN i %% 3 = 0 THEN 'IDLE' ELSE 'OFFLINE' END, false,
    now() - interval '365 days' * (%(streams)s::int - i) / %(streams)s::int
FROM generate_series(1, %(streams)s::int) AS i
"""
RUNS = """
INSERT INTO sessions_app_livestreamsession (stream_id, livestream_id, created_at)
SELECT s.id, ('00000000-0000-7000-b000-' || right(s.id::text, 12))::uuid, s.created_at
FROM calls_mediastream s WHERE s.kind = 'livestream'
"""
OWNERS = """
INSERT INTO sessions_app_app (id, account_id, name) VALUES (%(app)s::uuid, %(account)s::uuid, 'bench')
"""
TABLES = ("calls_mediastream", "sessions_app_livestream", "sessions_app_livestreamsession")


def fill(database: psycopg.Connection, account_id: str, streams: int) -> None:
    """Insert so many streams, and as many livestreams. Needs a superuser and no other connections.

    The call of CALL_ID must be there.
    """
    values = {"account": account_id, "streams": streams, "app": APP_ID}
    indexes = database.execute(INDEXES, (list(TABLES),)).fetchall()
    database.execute("SET maintenance_work_mem = '512MB'")
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    database.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
    for statement in (OWNERS, STREAMS, LIVESTREAMS, RUNS):
        database.execute(statement, values)
    database.execute("SET session_replication_role = origin")
    for _, definition in indexes:
        database.execute(definition)
    for table in TABLES:
        database.execute(f"VACUUM (ANALYZE) {table}")


def stream_id(number: int) -> str:
    """The id of the stream that was inserted as this one, from 1."""
    return f"00000000-0000-7000-8000-{number:012x}"
