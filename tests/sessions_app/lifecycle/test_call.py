"""The call of a session: one, under an id that follows from the session's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Call
from providers.errors import NotConfigured, ProviderError
from sessions_app.exceptions import SessionNotFound, SessionStateError
from sessions_app.lifecycle.call import call_request, ensure_call, next_call_id
from sessions_app.models import Session
from tests.sessions_app.factories import session


def test_it_is_made_once(account, rooms):
    row = session(account)
    call = ensure_call(row)
    assert (ensure_call(row).pk, row.call_id, call.pk) == (call.pk, call.pk, next_call_id(row.pk))
    assert (call.host_user_id, call.metadata) == (row.host_id, {"session_id": str(row.pk)})


def test_a_lost_answer_is_made_good_by_a_repeat(account, rooms, sandbox):
    row = session(account)
    sandbox.add_fault("open_room", "act_then_reset")
    with pytest.raises(ProviderError):
        ensure_call(row)
    assert ensure_call(row).pk == next_call_id(row.pk)
    assert Call.objects.filter(is_followed=True).count() == 1


def test_after_the_end_of_one_comes_the_next(account, rooms):
    row = session(account)
    first = ensure_call(row)
    end(first.pk, account_id=account.pk, actor="test")
    assert next_call_id(row.pk) != first.pk
    assert ensure_call(row).pk == Session.objects.get(pk=row.pk).call_id == next_call_id(row.pk)


def test_a_session_that_is_late_has_a_call_for_now(account):
    late = session(account, scheduled_at=timezone.now() - timedelta(days=3))
    assert timezone.now() - call_request(late).scheduled_at < timedelta(minutes=1)


def test_a_session_that_is_over_has_none(account, rooms):
    with pytest.raises(SessionStateError):
        ensure_call(session(account, status="ended"))


def test_one_that_is_over_by_then_leaves_no_call(account, rooms):
    row = session(account)
    Session.objects.filter(pk=row.pk).update(status="cancelled")
    with pytest.raises(SessionStateError):
        ensure_call(row)
    Session.objects.filter(pk=row.pk).update(call=None)
    row.call_id, gone = None, session(account)
    Session.objects.filter(pk=gone.pk).delete()
    with pytest.raises(SessionNotFound):
        ensure_call(gone)
    assert not Call.objects.filter(is_followed=True, ended_at=None).exists()


def test_without_a_provider_there_is_none(account):
    with pytest.raises(NotConfigured):
        ensure_call(session(account))
