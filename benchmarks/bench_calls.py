"""Inserts calls for benchmarks into the database and, where requests need them, into the sandbox."""

import asyncio
import json
import uuid
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import jwt
import psycopg

from liveplatform import embedded
from tests.support.client import NUMBER, TURNS

INSERT = """
INSERT INTO calls_call (id, account_id, channel, status, created_at, updated_at, started_at, connection_id,
    provider, provider_call_id, provider_state, provider_status, room_connection_id, room_type, room_id,
    from_number, to_number, direction, is_test, workspace, disconnect_reason, end_code, ended_by,
    host_user_id, title, stream_call_type, recording_url, feedback, notes, price_unit, sentiment,
    dynamic_variables, metadata, event_sequence, submission_key)
SELECT c.id, %(account)s, 'phone', 'live', now(), now(), now(), t.id, 'twilio', c.sid, 'live', 'in-progress',
    CASE WHEN c.room <> '' THEN g.id END, CASE WHEN c.room <> '' THEN 'default' ELSE '' END, c.room,
    %(number)s, '+14155550111', 'outbound-api', true, 'default', '', '', '', '', '', '', '', '', '', '', '',
    '{}', '{}', 0, ''
FROM unnest(%(ids)s::uuid[], %(sids)s::text[], %(rooms)s::text[]) AS c(id, sid, room),
     accounts_connection t, accounts_connection g
WHERE t.account_id = %(account)s AND t.provider = 'twilio' AND g.account_id = %(account)s AND g.provider = 'getstream'
"""
TRANSCRIPTS = """
INSERT INTO calls_transcript (call_id, turns, language, updated_at)
SELECT id, %s::jsonb, 'en', now() FROM unnest(%s::uuid[]) AS c(id)
"""


def connect(var: Path) -> psycopg.Connection:
    return psycopg.connect(embedded.database_url(var), autocommit=True)


def insert(
    var: Path, account_id: str, sids: Sequence[str], rooms: Sequence[str], transcripts: bool
) -> list[uuid.UUID]:
    """Insert live calls with these provider ids and rooms; returns their ids."""
    ids = [uuid.uuid4() for _ in sids]
    values = {
        "account": uuid.UUID(account_id),
        "number": NUMBER,
        "ids": ids,
        "sids": list(sids),
        "rooms": list(rooms),
    }
    with connect(var) as database:
        database.execute(INSERT, values)
        if transcripts:
            database.execute(TRANSCRIPTS, (json.dumps(TURNS), ids))
        database.execute("ANALYZE calls_call")
    return ids


def place(sandbox_url: str, account_id: str, count: int) -> tuple[list[str], list[str]]:
    """Create legs and rooms of the account at the sandbox; returns their ids."""
    return asyncio.run(_place(sandbox_url, account_id, count))


async def _place(sandbox_url: str, account_id: str, count: int) -> tuple[list[str], list[str]]:
    sid = f"AC{account_id}"
    calls = f"{sandbox_url}/2010-04-01/Accounts/{sid}/Calls.json"
    form = {"To": "+14155550111", "From": NUMBER, "Twiml": "<Response/>"}
    basic = {"Authorization": aiohttp.encode_basic_auth(sid, "t")}
    stream = {"Authorization": _token(), "stream-auth-type": "jwt"}
    async with aiohttp.ClientSession() as http:

        async def one() -> tuple[str, str]:
            room = f"echo-{uuid.uuid4()}"
            url = f"{sandbox_url}/api/v2/video/call/default/{room}?api_key={account_id}"
            async with http.post(calls, data=form, headers=basic) as answer:
                leg = (await answer.json())["sid"]
            async with http.post(url, json={"data": {"created_by_id": "bench"}}, headers=stream) as answer:
                await answer.read()
            return leg, room

        pairs = await asyncio.gather(*(one() for _ in range(count)))
    return [leg for leg, _ in pairs], [room for _, room in pairs]


def _token() -> str:
    return jwt.encode({"server": True}, "a-secret-of-at-least-32-characters", algorithm="HS256")
