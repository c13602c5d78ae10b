"""Each patch is still needed and still fits: these fail when the patched package changes."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3.connection
from aiohttp import TCPConnector
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.db.backends.postgresql import base
from kombu.transport import redis
from rest_framework.request import Request

from calls.models import Call, Step
from liveplatform import patches
from liveplatform.celery import app
from liveplatform.db.backend.base import DatabaseWrapper
from liveplatform.dev.code_rules import read_modules
from liveplatform.patches import TolerantQoS
from tests.environment import ROOT


@pytest.fixture
def channel() -> Iterator[Any]:
    """A channel with an unacknowledged message, whose connection is gone."""
    with app.connection_for_write() as connection:
        queue = connection.SimpleQueue("lost-bells")
        queue.put("ring")
        channel = queue.channel
        message = channel.basic_get("lost-bells", no_ack=False)
        assert message is not None
        channel.qos.append(message, message.delivery_tag)
        channel._pool = channel._async_pool = None
        channel.__dict__.pop("client", None)
        before, channel.connection.client = channel.connection.client, None
        try:
            yield channel
        finally:
            channel.connection.client = before


def test_a_channel_whose_connection_is_gone_closes_without_an_error(channel):
    assert isinstance(channel.qos, TolerantQoS)
    channel.qos.restore_unacked_once()


def test_kombu_alone_would_raise(channel):
    with pytest.raises(AttributeError):
        redis.QoS.restore_unacked_once(channel.qos)


def test_django_still_asks_is_usable_of_a_kept_connection():
    assert issubclass(DatabaseWrapper, base.DatabaseWrapper)
    assert "is_usable" in base.DatabaseWrapper.__dict__


@pytest.mark.parametrize("kind", [urllib3.connection.HTTPConnection, urllib3.connection.HTTPSConnection])
def test_urllib3_still_opens_sockets_by_new_conn(kind):
    class Opened(Exception):
        pass

    class Connection(kind):
        def _new_conn(self):
            raise Opened

    with pytest.raises(Opened):
        Connection("127.0.0.1", 9).connect()


def test_aiohttp_still_connects_by_wrap_create_connection():
    called = [code.co_names for code in _codes(TCPConnector._create_direct_connection)]
    assert any("_wrap_create_connection" in names for names in called)


def _codes(function):
    return [function.__code__, *(each for each in function.__code__.co_consts if hasattr(each, "co_names"))]


def test_django_still_caches_related_objects_in_fields_cache():
    call = Call()
    read, written = Step(call=call), Step(call_id=call.pk)
    assert read._state.fields_cache == {"call": call}
    written._state.fields_cache.update(read._state.fields_cache)
    assert written.call is call, "without a query"


def test_django_still_counts_queries_in_queries_log(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        connection.queries_log.append({"sql": "SELECT 1", "time": "0"})


def test_rest_framework_still_keeps_djangos_request(rf):
    request = rf.post("/")
    assert isinstance(Request(request)._request, WSGIRequest)


@pytest.mark.parametrize(
    ("part", "users"),
    [
        ("_new_conn", {"providers/sockets.py"}),
        ("_wrap_create_connection", {"liveplatform/egress/http.py"}),
        ("fields_cache", {"liveplatform/webhooks/endpoints.py", "liveplatform/work/settle.py"}),
        ("queries_log", {"liveplatform/db/prepared.py"}),
        ("alias_map", {"calls/filters/sql.py"}),
        ("is_usable", {"liveplatform/db/backend/base.py"}),
    ],
)
def test_every_use_of_a_private_part_is_listed(part, users):
    found = set()
    for module in read_modules(ROOT):
        names = {
            getattr(node, "attr", getattr(node, "name", getattr(node, "id", "")))
            for node in ast.walk(module.tree)
        }
        if part in names:
            found.add(module.path)
    assert found == users
    assert re.search(rf"\b{part}\b", patches.__doc__)
