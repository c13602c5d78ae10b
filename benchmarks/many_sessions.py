"""Inserts sessions and registrations into the database by the million: a year of one account.

Nine of ten sessions are past; 200 are live. Every hundredth has a category that is rare, as has a brand. What they have is independent of each other. Two
sessions hold a hundredth of all registrations each, all others the same number. Secondary indexes are dropped
during the insert and created again afterwards; triggers are disabled meanwhile.
"""

import psycopg

from benchmarks.many_calls import INDEXES

SESSIONS = """
INSERT INTO sessions_app_session (id, account_id, brand_id, host_id, co_host_ids, title, kind, category, community_id,
    tags, max_participants, metadata, custom_questions, reminder_minutes, status, scheduled_at, started_at, ended_at,
    created_at, updated_at, registered_count, duration_minutes)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, %(account)s::uuid,
    CASE WHEN s.b %% 5000 = 0 THEN 'rare' ELSE 'brand-' || s.b %% 20 END, 'host-' || s.h %% 5000, '{}',
    'Session ' || i, CASE WHEN s.k %% 10 < 7 THEN 'live' ELSE 'office_hours' END,
    CASE WHEN s.c %% 100 = 0 THEN 'rare-' || s.c / 100 %% 50 WHEN s.c %% 3 = 0 THEN '' ELSE 'category-' || s.c / 3 %% 30 END,
    CASE WHEN s.h %% 2 = 0 THEN '' ELSE 'community-' || s.h / 2 %% 200 END,
    '{}', 1000000, jsonb_build_object('order', i), '[]', '{1440,60}', s.status, s.at,
    CASE WHEN s.status IN ('live', 'ended') THEN s.at END, CASE WHEN s.status = 'ended' THEN s.at + interval '1 hour' END,
    s.at - interval '30 days', s.at, s.people, 60
FROM (
    SELECT i, c.at, n.b & 1073741823 AS b, n.h & 1073741823 AS h, n.k & 1073741823 AS k, n.c & 1073741823 AS c,
        CASE WHEN i <= 2 THEN %(hot)s::int ELSE %(each)s::int END AS people,
        CASE WHEN c.new <= 0 AND c.new > -200 THEN 'live' WHEN c.new > 0 THEN 'scheduled'
            WHEN i %% 20 = 0 THEN 'cancelled' ELSE 'ended' END AS status
    FROM generate_series(1, %(sessions)s::int) AS i,
    LATERAL (SELECT i - %(sessions)s::int * 9 / 10 AS new,
        now() + interval '365 days' * (i - %(sessions)s::int * 9 / 10) / %(sessions)s::int AS at) AS c,
    LATERAL (SELECT hashint4(i) AS b, hashint4(i + 1000000) AS h, hashint4(i + 2000000) AS k, hashint4(i + 3000000) AS c)
        AS n
) AS s
"""
REGISTRATIONS = """
INSERT INTO sessions_app_registration (id, session_id, person_key, user_id, email, status, role, answers, created_at,
    registered_at, updated_at)
SELECT gen_random_uuid(), ('00000000-0000-7000-8000-' || lpad(to_hex(r.i), 12, '0'))::uuid, 'user:user-' || r.person,
    'user-' || r.person, 'user-' || r.person || '@example.com', 'registered', 'participant', '{}', r.at, r.at, r.at
FROM (
    SELECT n, now() - interval '300 days' * (%(registrations)s::int - n) / %(registrations)s::int AS at,
        CASE WHEN n <= %(hot)s::int * 2 THEN 1 + n %% 2 ELSE 3 + n %% (%(sessions)s::int - 2) END AS i,
        CASE WHEN n <= %(hot)s::int * 2 THEN n
            ELSE (n %% (%(sessions)s::int - 2) * 31 + n / (%(sessions)s::int - 2) * 7919) %% 300000 END AS person
    FROM generate_series(1, %(registrations)s::int) AS n
) AS r
"""
TABLES = ("sessions_app_session", "sessions_app_registration")


def fill(database: psycopg.Connection, account_id: str, sessions: int, registrations: int) -> None:
    """Insert them. Needs a superuser and no other connections."""
    hot = registrations // 100
    values = {
        "account": account_id,
        "sessions": sessions,
        "registrations": registrations,
        "hot": hot,
        "each": (registrations - 2 * hot) // sessions,
    }
    indexes = database.execute(INDEXES, (list(TABLES),)).fetchall()
    database.execute("SET maintenance_work_mem = '512MB'")
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    database.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
    for statement in (SESSIONS, REGISTRATIONS):
        database.execute(statement, values)
    database.execute("SET session_replication_role = origin")
    for _, definition in indexes:
        database.execute(definition)
    for table in TABLES:
        database.execute(f"VACUUM (ANALYZE) {table}")


def session_id(number: int) -> str:
    """The id of the session that was inserted as this one, from 1; the first two have the most people."""
    return f"00000000-0000-7000-8000-{number:012x}"
