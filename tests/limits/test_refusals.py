"""Refusals are counted over all processes, in Redis."""

from liveplatform.limits import refusals


def test_refusals_are_gathered_and_counted(monkeypatch):
    refusals._redis().delete(refusals.KEY)
    refusals._counts.clear()
    monkeypatch.setattr(refusals, "_flushed_at", float("-inf"))
    for _ in range(3):
        refusals.count("tests")
    assert dict(refusals.read()) == {"tests": 1}
    monkeypatch.setattr(refusals, "_flushed_at", float("-inf"))
    refusals.count("others")
    assert dict(refusals.read()) == {"tests": 3, "others": 1}


def test_metrics_show_them(client, db, monkeypatch):
    monkeypatch.setattr(refusals, "_flushed_at", float("-inf"))
    refusals.count("tests")
    assert 'liveplatform_requests_refused_total{bound="tests"}' in client.get("/metrics").content.decode()


def test_without_redis_nothing_is_lost_but_the_count(monkeypatch, settings):
    refusals._redis.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr(refusals, "_flushed_at", float("-inf"))
    refusals.count("tests")
    assert list(refusals.read()) == []
    refusals._redis.cache_clear()
