"""Each patch is still needed and still fits: these fail when the patched package changes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.postgresql import base
from kombu.transport import redis

from liveplatform.celery import app
from liveplatform.db.backend.base import DatabaseWrapper
from liveplatform.patches import TolerantQoS


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
