"""The heartbeat of workers expires; without Redis a beat is lost and nothing else."""

import pytest
import redis

from liveplatform.work import heartbeat


@pytest.fixture
def fresh_client():
    heartbeat.client.cache_clear()
    yield
    heartbeat.client.cache_clear()


def test_a_beat_counts_for_half_a_minute(fresh_client):
    heartbeat.beat()
    assert heartbeat.is_recent()
    assert 0 < heartbeat.client().ttl(heartbeat.KEY) <= heartbeat.TTL
    heartbeat.client().delete(heartbeat.KEY)
    assert not heartbeat.is_recent()


def test_without_redis_a_beat_raises_nothing(fresh_client, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path / 'nothing'}"
    heartbeat.beat()
    with pytest.raises(redis.RedisError):
        heartbeat.is_recent()
