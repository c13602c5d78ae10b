"""Stream keys and RTMP targets stand in no table in clear, and in no log."""

import pytest
from django.db import connection as database

from calls.models import StreamStep
from tests.sessions_app.livestreams.studio import KEY
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)
TARGET = "a-very-secret-target"


def tables_with(*secrets):
    """The tables that have a row with one of these."""
    with database.cursor() as cursor:
        names = database.introspection.table_names(cursor)
        found = []
        for name in names:
            for secret in secrets:
                cursor.execute(f'SELECT 1 FROM "{name}" t WHERE t::text LIKE %s LIMIT 1', [f"%{secret}%"])
                found += [name] if cursor.fetchone() else []
    return found


def test_they_are_sealed_wherever_they_are_kept(kit, studio, caplog):
    hook = {"name": "h", "url": "https://example.com/h", "events": ["livestreaming.statusUpdate"]}
    kit("POST", "/webhooks", hook)
    config = {"live_streaming_config": {"rtmp_url": f"rtmp://x.example/app/{TARGET}"}}
    made = kit("POST", "/meetings", {"title": "T", "recording_config": config}, Idempotency_Key="m")
    at = f"/meetings/{made.json()['data']['id']}"
    started = kit("POST", f"{at}/livestreams", {}, Idempotency_Key="s")
    assert started.json()["data"]["stream_key"] == KEY
    studio.failures["stop"] = ["lost"]
    kit("POST", f"{at}/active-livestream/stop")
    StreamStep.objects.filter(state="pending", due_at__isnull=False).make_due()
    drain(StreamStep)
    assert tables_with(KEY, TARGET) == []
    assert KEY not in caplog.text and TARGET not in caplog.text
