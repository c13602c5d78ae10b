"""The time that sums are of."""

from datetime import UTC, datetime, timedelta

from sessions_app.livestreams.analytics import EARLIEST, MAX_SPAN, daywise, overall, span


def test_it_is_bounded():
    end = datetime(2026, 1, 1, tzinfo=UTC)
    assert span(None, end) == (end - timedelta(days=30), end)
    assert span(datetime(1970, 1, 1, tzinfo=UTC), end) == (end - MAX_SPAN, end)
    first = datetime(1, 1, 1, tzinfo=UTC)
    assert span(None, first) == (EARLIEST - timedelta(days=30), EARLIEST)
    assert span(first, first) == (EARLIEST - MAX_SPAN, EARLIEST)


def test_nothing_is_zero(app):
    assert overall(app, None, None) == {"count": 0, "total_ingest_seconds": 0, "total_viewer_seconds": 0}
    assert daywise(app, None, None) == []
