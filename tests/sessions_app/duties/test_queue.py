"""Which module carries out which duty, and what is locked for it."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_app.duties import queue
from sessions_app.models import SessionDuty
from sessions_app.schedule import add_duty
from tests.sessions_app.factories import session
from tests.support.draining import drain
from tests.support.factories import video_call


def test_every_kind_is_carried_out():
    assert set(queue.SETTLED) == set(SessionDuty.Kind)


def test_sessions_are_locked_before_calls_and_each_in_order(account):
    rows = [session(account, call=video_call(account)) for _ in range(3)]
    for row in rows:
        add_duty(row, SessionDuty.Kind.CLOSE)
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        queue.lock_sessions(list(SessionDuty.objects.order_by("-pk")))
    locks = [query["sql"] for query in queries if " FOR " in query["sql"]]
    assert ["sessions_app_session" in locks[0], "calls_call" in locks[1], len(locks)] == [True, True, 2]
    assert "FOR NO KEY UPDATE" in locks[0] and all("ORDER BY" in lock for lock in locks)


@pytest.mark.django_db(transaction=True)
def test_the_duties_of_a_deleted_session_are_gone(account):
    row = session(account)
    add_duty(row, SessionDuty.Kind.CLOSE, at=timezone.now())
    (attempt,) = queue.prepare([SessionDuty(session_id=account.pk, kind="close")])
    assert attempt().state == "skipped"
    row.delete()
    drain(SessionDuty)
    assert not SessionDuty.objects.exists()
