"""Inserts millions of calls into the database: a year of one account, oldest first.

Every fifth call is a video call, every fiftieth a test, every hundredth has a disconnect reason of its own,
every fourth a transcript. The newest 2,500 are live, 500 of them scheduled. Secondary indexes are dropped
during the insert and created again afterwards; triggers are disabled meanwhile.
"""

import psycopg

CALLS = """
INSERT INTO calls_call (id, account_id, channel, status, created_at, updated_at, scheduled_at, started_at, ended_at,
    provider, provider_call_id, provider_state, provider_status, room_type, room_id, from_number, to_number,
    direction, is_test, workspace, disconnect_reason, end_code, ended_by, host_user_id, title, stream_call_type,
    recording_url, feedback, notes, price_unit, sentiment, dynamic_variables, metadata, event_sequence, duration,
    rating, cost, latency, campaign_id, ai_agent_id, submission_key)
SELECT (lpad(to_hex((extract(epoch FROM c.at) * 1000)::bigint), 12, '0') || '7' || substr(c.h, 1, 3) || '8'
        || substr(c.h, 4, 15))::uuid,
    %(account)s::uuid, CASE WHEN c.video THEN 'video' ELSE 'phone' END,
    CASE WHEN c.new <= 500 THEN 'scheduled' WHEN c.live THEN 'live' ELSE 'ended' END,
    c.at, c.at + interval '5 minutes' * (1 + c.r),
    CASE WHEN c.video AND c.i %% 4 = 0 THEN c.at + interval '1 hour' END,
    CASE WHEN c.new > 500 THEN c.at + interval '1 second' * (1 + c.i %% 30) END,
    CASE WHEN NOT c.live THEN c.at + interval '1 second' * (31 + c.d) END,
    CASE WHEN c.video THEN 'getstream' ELSE 'twilio' END, CASE WHEN c.video THEN 'room-' ELSE 'CA' END || c.h,
    CASE WHEN c.live THEN 'live' ELSE 'ended' END, CASE WHEN c.live OR c.video THEN '' ELSE c.word END, '', '',
    CASE WHEN c.video THEN '' ELSE '+1415555' || lpad((c.i %% 20)::text, 4, '0') END,
    CASE WHEN c.video THEN '' ELSE '+1' || 2000000000 + (hashint8(c.i) & 1073741823) %% 500000 * 12345::bigint END,
    CASE WHEN c.video THEN '' WHEN c.i %% 3 = 0 THEN 'inbound' ELSE 'outbound-api' END, c.i %% 50 = 0, 'default',
    CASE WHEN c.live THEN '' WHEN c.i %% 100 = 0 THEN 'Agent ' || c.i %% 977 || ' closed it' ELSE c.reason END,
    CASE WHEN c.live THEN '' ELSE c.code END, CASE WHEN c.live THEN '' ELSE 'key:bench' END,
    CASE WHEN c.video THEN 'host-' || c.i %% 10000 ELSE '' END, CASE WHEN c.video THEN 'Call ' || c.i ELSE '' END,
    CASE WHEN c.video THEN 'default' ELSE '' END, '',
    CASE WHEN c.i %% 20 = 0 THEN 'The agent was ' || c.mood ELSE '' END,
    CASE WHEN c.i %% 10 = 0 THEN 'Asked about ' || c.topic || ', order ' || c.i ELSE '' END,
    CASE WHEN c.video THEN '' ELSE 'USD' END, CASE WHEN c.i %% 10 < 7 AND NOT c.live THEN c.mood ELSE '' END,
    '{}', jsonb_build_object('order', c.i), 3, CASE WHEN NOT c.live THEN c.d END,
    CASE WHEN c.i %% 20 = 0 THEN 1 + c.i / 20 %% 5 END,
    CASE WHEN NOT c.video AND NOT c.live THEN round((0.0085 * (1 + c.d / 60))::numeric, 6) END,
    CASE WHEN c.i %% 10 < 7 AND NOT c.live THEN 0.3 + c.r * 3 END,
    CASE WHEN NOT c.video THEN ('00000000-0000-4000-8000-' || lpad((c.i / 7 %% 50)::text, 12, '0'))::uuid END,
    ('00000000-0000-4000-9000-' || lpad((c.i / 3 %% 200)::text, 12, '0'))::uuid, ''
FROM (
    SELECT i, %(rows)s::int - i + 1 AS new, i %% 5 = 0 AS video, i > %(rows)s::int - 2500 AS live,
        md5(i::text || %(account)s::text) AS h, random() AS r, (random() * random() * 3600)::int AS d,
        now() - interval '365 days' * (%(rows)s::int - i + 1) / %(rows)s::int AS at,
        (ARRAY['busy', 'no-answer', 'no-answer', 'failed', 'canceled', 'completed'])[least(6, 1 + (random() * 40)::int)]
            AS word,
        (ARRAY['busy', 'no_answer', 'no_answer', 'failed', 'canceled', 'ended_at_provider', 'ended_by_api'])
            [least(7, 1 + (random() * 40)::int)] AS code,
        (ARRAY['Ended Via API call', 'Ended Via API call', 'Customer requested to end call',
               'The time limit was reached', 'Everybody left', 'Ended by staff'])[1 + (random() * 5)::int] AS reason,
        (ARRAY['positive', 'neutral', 'neutral', 'negative'])[1 + (random() * 3)::int] AS mood,
        (ARRAY['a refund', 'delivery', 'an invoice', 'the router', 'a new contract'])[1 + (random() * 4)::int] AS topic
    FROM generate_series(1, %(rows)s::int) AS i
) AS c
"""
TRANSCRIPTS = """
INSERT INTO calls_transcript (call_id, turns, language, updated_at)
SELECT id, jsonb_build_array(
    jsonb_build_object('role', 'agent', 'text', 'Hello, how can I help you today?', 'start_ms', 0, 'end_ms', 2000),
    jsonb_build_object('role', 'customer', 'start_ms', 2500, 'end_ms', 6000, 'text', 'I have called ' || n %% 9
        || ' times about ' || (ARRAY['my invoice', 'the delivery', 'a refund', 'the router in flat ' || n %% 500,
        'the contract'])[1 + n %% 5] || ' and nobody called back, my reference is ' || left(md5(n::text), 8)),
    jsonb_build_object('role', 'agent', 'text', 'I am sorry about that, let me look it up for you right now.',
        'start_ms', 6500, 'end_ms', 8000),
    jsonb_build_object('role', 'customer', 'text', (ARRAY['It is still not working.', 'Thank you, that was quick.',
        'Please cancel everything.', 'When will it arrive?'])[1 + n %% 4], 'start_ms', 8300, 'end_ms', 11000)
), 'en', now()
FROM (SELECT id, row_number() OVER (ORDER BY created_at) AS n FROM calls_call WHERE account_id = %(account)s::uuid) AS c
WHERE n %% 4 = 0
"""
SEARCH_DOCUMENTS = """
INSERT INTO calls_searchdocument (call_id, document)
SELECT c.id, array_to_tsvector(array_cat(calls_phone_suffixes(c.to_number), array_append(
    calls_search_terms(concat_ws(' ', c.notes, c.feedback, c.title, t.said)), calls_account_term(c.account_id))))
FROM calls_call c LEFT JOIN (
    SELECT call_id, (SELECT string_agg(said #>> '{}', ' ') FROM jsonb_path_query(turns, '$[*].text') AS said) AS said
    FROM calls_transcript
) AS t ON t.call_id = c.id
WHERE c.account_id = %(account)s::uuid
"""
TABLES = ("calls_call", "calls_transcript", "calls_searchdocument")
INDEXES = """
SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = ANY(%s)
AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)
"""


def fill(database: psycopg.Connection, account_id: str, rows: int) -> None:
    """Insert `rows` calls of the account. Needs a superuser and no other connections."""
    indexes = database.execute(INDEXES, (list(TABLES),)).fetchall()
    database.execute("SET maintenance_work_mem = '512MB'")
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    database.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
    for statement in (CALLS, TRANSCRIPTS, SEARCH_DOCUMENTS):
        database.execute(statement, {"account": account_id, "rows": rows})
    database.execute("SET session_replication_role = origin")
    for _, definition in indexes:
        database.execute(definition)
    for table in TABLES:
        database.execute(f"VACUUM (ANALYZE) {table}")
