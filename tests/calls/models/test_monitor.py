"""CallMonitor and Reconciliation: one per call and per connection, deleted with them."""

import pytest
from django.db import IntegrityError, transaction

from calls.models import CallMonitor, Reconciliation
from tests.support.factories import phone_call


def test_a_call_has_one_monitor_and_a_connection_one_reconciliation(account):
    call = phone_call(account)
    for model, owner in ((CallMonitor, {"call": call}), (Reconciliation, {"connection": call.connection})):
        model.objects.create(**owner)
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**owner)


def test_a_monitor_is_deleted_with_its_call(account):
    call = phone_call(account)
    CallMonitor.objects.create(call=call)
    call.delete()
    assert not CallMonitor.objects.exists()
