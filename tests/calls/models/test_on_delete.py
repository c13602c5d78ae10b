"""Deleting a connection: only when no call needs it."""

import pytest
from django.db.models import ProtectedError

from calls.lifecycle.end import end
from calls.models import Step, StreamStep
from tests.calls.streams.streams import stream
from tests.support.factories import phone_call


@pytest.fixture
def call(account):
    return phone_call(account)


def delete_connection(call) -> None:
    call.account.phone_numbers.all().delete()
    call.connection.delete()


def test_a_live_call_needs_its_connection(call):
    with pytest.raises(ProtectedError):
        delete_connection(call)


def test_so_does_an_ended_call_with_open_steps(call):
    end(call.pk, account_id=call.account_id, actor="test")
    with pytest.raises(ProtectedError):
        delete_connection(call)


def test_a_processed_call_loses_it(call):
    end(call.pk, account_id=call.account_id, actor="test")
    Step.objects.filter(call=call).update(state="done")
    delete_connection(call)
    call.refresh_from_db()
    assert call.connection is None


def test_an_account_with_a_call_that_runs_is_not_deleted(call):
    with pytest.raises(ProtectedError):
        call.account.delete()
    end(call.pk, account_id=call.account_id, actor="test")
    with pytest.raises(ProtectedError):
        call.account.delete()  # its leg may not have been hung up yet


def test_an_account_is_deleted_with_its_processed_calls(call):
    end(call.pk, account_id=call.account_id, actor="test")
    Step.objects.filter(call=call).update(state="done")
    call.account.delete()
    assert not type(call).objects.filter(pk=call.pk).exists()


@pytest.mark.parametrize("status", ["starting", "live", "stopping"])
def test_an_open_stream_keeps_its_connection_and_its_account(account, status):
    one = stream(account, status=status)
    end(one.call_id, account_id=account.pk, actor="test")
    Step.objects.all().update(state="done")
    with pytest.raises(ProtectedError):
        one.connection.delete()
    with pytest.raises(ProtectedError):
        account.delete()


def test_a_stream_that_is_over_loses_its_connection_once_its_steps_have_settled(account):
    one = stream(account, status="stopped")
    end(one.call_id, account_id=account.pk, actor="test")
    Step.objects.all().update(state="done")
    step = StreamStep.of(one, StreamStep.Kind.STOP)
    step.save()
    with pytest.raises(ProtectedError):
        one.connection.delete()
    StreamStep.objects.all().update(state="done")
    delete_connection(one)
    one.refresh_from_db()
    assert one.connection is None
