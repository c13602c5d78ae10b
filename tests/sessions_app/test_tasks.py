"""Tasks of sessions, as beat runs them."""

from django.conf import settings

from sessions_app.models import Series
from sessions_app.tasks import plan_series
from tests.sessions_app.series.support import series, sessions


def test_series_are_planned(account):
    row = series(account, "FREQ=WEEKLY")
    made = len(sessions(row))
    sessions(row)[-1].delete()
    Series.objects.filter(pk=row.pk).update(planned_until=sessions(row)[-1].original_at)
    assert plan_series() == "1 sessions were made."
    assert len(sessions(row)) == made


def test_beat_knows_the_task():
    assert settings.CELERY_BEAT_SCHEDULE["plan_series"]["task"] == plan_series.name
