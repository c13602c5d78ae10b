"""manage.py reanalyse."""

import pytest
from django.core.management import call_command

from calls.lifecycle.end import end
from calls.models import Call, Step
from tests.support.factories import phone_call


@pytest.fixture
def call(account) -> Call:
    return phone_call(account, provider_call_id="")


def test_reanalyse_makes_the_analysis_of_an_ended_call_due(call, account, capsys):
    end(call.pk, account_id=account.pk, actor="test")
    analysis = Step.objects.filter(call=call, kind="analyse")
    analysis.update(state="failed", due_at=None)
    call_command("reanalyse", str(call.pk))
    assert "1 analyses are due again" in capsys.readouterr().out
    assert analysis.get().state == "pending"
