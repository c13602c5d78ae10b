"""Lists and exports over HTTP, from the production server."""

import csv
import io
import json
import time
import uuid

import psycopg
import pytest

from liveplatform import embedded
from tests.support.stories import VAR, at_once, until


def test_a_call_is_found_by_why_it_ended_and_exported(customer):
    call = customer.phone_call(transcript=False)
    customer.ask("POST", "/calls/end", {"call_id": call.id, "disconnect_reason": "Shop closes at six"})

    found = customer.ask(
        "GET", "/calls/query?disconnect_reason=closes+at&end_code=ended_by_api&search=4155550111"
    )
    assert [each["id"] for each in found.json()["data"]] == [call.id]

    narrow = "/v1/calls/export?disconnect_reason=Shop+closes+at+six"
    row, end = csv.DictReader(io.StringIO(customer.ask("GET", narrow).text))
    line, last = map(json.loads, customer.ask("GET", f"{narrow}&format=ndjson").text.splitlines())
    assert row["id"] == line["id"] == call.id
    assert row["end_code"] == "ended_by_api"
    assert (end["id"], end["channel"], last) == ("# end", "1", {"end": True, "calls": 1})


def test_a_head_request_takes_no_slot_and_a_closed_export_returns_its_own(customer):
    customer.phone_call(transcript=False)
    for _ in range(10):
        assert customer.http.head(f"{customer.local.url}/v1/calls/export", timeout=20).status_code == 200
    for _ in range(10):
        assert left_early(customer) == 200


def left_early(customer) -> int:
    """Request an export without reading it; retried while the server has not noticed earlier clients leave."""
    for _ in range(50):
        with customer.http.get(f"{customer.local.url}/v1/calls/export", stream=True, timeout=20) as answer:
            if answer.status_code != 429:
                return answer.status_code
        time.sleep(0.1)
    return 429


MANY = 20_000
# So many calls like this one; more than the server and the sockets hold while nobody reads.
ALIKE = """
INSERT INTO calls_call ({names}) SELECT {values} FROM calls_call c, generate_series(1, %(many)s) AS n
WHERE c.id = %(call)s
"""
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database() AND query LIKE '%calls_call%'
"""
PLAIN = """
SELECT column_name FROM information_schema.columns WHERE table_name = 'calls_call' AND is_generated = 'NEVER'
"""


@pytest.fixture(scope="module")
def database(running):
    with psycopg.connect(embedded.database_url(VAR), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def host(one_customer, database) -> str:
    """An account whose calls ended long ago."""
    call, name = one_customer.video_call(), uuid.uuid4().hex
    call.end_strictly()
    call.settled()
    other = {"id": "gen_random_uuid()", "title": "''", "host_user_id": "%(host)s", "metadata": "%(metadata)s"}
    names = [name for (name,) in database.execute(PLAIN).fetchall()]
    values = [other.get(name, f"c.{name}") for name in names]
    given = {"many": MANY, "call": call.id, "host": name, "metadata": json.dumps({"text": "x" * 2000})}
    database.execute(ALIKE.format(names=", ".join(names), values=", ".join(values)), given)
    return name


@pytest.mark.parametrize(
    ("form", "mark"),
    [("ndjson", '{{"end":false,"calls":{}}}'), ("csv", "# broken off,{}")],
    ids=["ndjson", "csv"],
)
def test_an_export_whose_database_is_lost_says_that_it_broke_off(customer, database, host, form, mark):
    address = f"{customer.local.url}/v1/calls/export?format={form}&host_user_id={host}"
    with customer.http.get(address, stream=True, timeout=20) as answer:
        text = answer.iter_content(65_536)
        first = next(text)
        time.sleep(0.5)
        assert database.execute(OTHERS).fetchall(), "the connection of the export"
        *calls, last = (first + b"".join(text)).decode().splitlines()
    exported = len(calls) - (form == "csv")
    assert 2_000 <= exported < MANY
    assert last.rstrip(",") == mark.format(exported)
    # Threads whose connections are lost too answer 503 once each; none of them to the next story.
    until(lambda: {customer.ask("GET", "/v1/calls?limit=1").status_code for _ in range(40)} == {200})
    until(lambda: 503 not in {a.status_code for a in at_once(lambda: customer.ask("GET", "/v1/calls"), 16)})
