"""What the queues of rows about one call share."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Step
from calls.queues import call_context, lock_calls
from tests.support.factories import phone_call


def test_the_calls_of_rows_are_locked_in_the_order_of_their_ids(account):
    steps = [Step(call=phone_call(account)), Step(call=phone_call(account)), Step(call=None)]
    with CaptureQueriesContext(connection) as captured:
        lock_calls(steps)
    (query,) = captured
    assert re.search(r"ORDER BY .+ ASC FOR NO KEY UPDATE", query["sql"])


@pytest.mark.parametrize("known", [True, False])
def test_log_lines_name_the_call_if_it_is_known(account, known):
    call = phone_call(account) if known else None
    assert call_context(Step(call=call)) == ({"call_id": str(call.pk)} if call else {})
