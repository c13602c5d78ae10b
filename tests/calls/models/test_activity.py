"""Activities of a call: newest by their ids, gone with the call."""

from calls.models import Activity
from tests.support.factories import phone_call


def test_activities_belong_to_their_call(account):
    call = phone_call(account)
    for verb in ("started", "changed"):
        Activity.objects.create(call=call, actor="key:1", verb=verb)
    assert [str(each) for each in call.activities.order_by("id")] == ["started by key:1", "changed by key:1"]
    call.delete()
    assert not Activity.objects.exists()
