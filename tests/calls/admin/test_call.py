"""Staff end calls, run steps and deliveries again, and search; who may only view changes nothing."""

from calls.models import Call, Operation, Step
from liveplatform.webhooks.models import Delivery
from tests.support.admin_pages import act
from tests.support.draining import drain
from tests.support.factories import phone_call, video_call


def page(client, call):
    return client.get(f"/admin/calls/call/{call.pk}/change/")


def test_staff_end_a_call(staff, account):
    call = phone_call(account)
    staff.post(f"/admin/calls/call/{call.pk}/end/")
    call.refresh_from_db()
    assert (call.status, call.end_code, call.ended_by) == ("ended", "ended_by_staff", "staff:alice")
    assert call.steps.count() == 4


def test_staff_run_a_step_again(staff, ended):
    staff.post(f"/admin/calls/call/{ended.pk}/step/terminate/")
    assert ended.steps.get(kind="terminate").state == "pending"


def test_staff_resend_a_delivery(staff, ended):
    delivery = Delivery.objects.get(event__subject_id=ended.pk)
    Delivery.objects.update(state="failed", due_at=None)
    staff.post(f"/admin/calls/call/{ended.pk}/delivery/{delivery.pk}/")
    delivery.refresh_from_db()
    assert delivery.state == "pending"


def test_a_viewer_changes_nothing(viewer, account, ended):
    call = phone_call(account)
    assert page(viewer, call).status_code == 200
    assert b"End this call" not in page(viewer, call).content
    assert viewer.post(f"/admin/calls/call/{call.pk}/end/").status_code == 403
    assert viewer.post(f"/admin/calls/call/{ended.pk}/step/terminate/").status_code == 403
    assert viewer.get(f"/admin/calls/call/{call.pk}/end/").status_code in (403, 405)


def test_a_hang_up_that_was_given_up_is_taken_up_by_the_button(staff, ended):
    hang_up = Step.objects.filter(call=ended, kind="terminate")
    hang_up.update(state="done")
    assert b"End this call" not in page(staff, ended).content
    hang_up.update(state="failed")
    assert b"End this call" in page(staff, ended).content
    answer = staff.post(f"/admin/calls/call/{ended.pk}/end/", follow=True)
    assert "is taken up again" in answer.content.decode()
    assert hang_up.get().state == "pending"


def test_a_get_ends_nothing(staff, account):
    call = phone_call(account)
    assert "cut off" in staff.get(f"/admin/calls/call/{call.pk}/end/").content.decode()
    call.refresh_from_db()
    assert not call.is_over


def test_actions_of_the_list(staff, account, ended):
    live = [phone_call(account), video_call(account)]
    act(staff, "calls/call", "end_calls", *live, ended)
    drain(Operation)
    assert not Call.objects.filter(pk__in=[call.pk for call in live], ended_at=None).exists()

    Step.objects.filter(call=ended, kind="analyse").update(state="done")
    act(staff, "calls/call", "analyse_again", ended)
    assert ended.steps.get(kind="analyse").state == "pending"


def test_search_finds_by_ids(staff, account):
    call = phone_call(account, provider_call_id="CAunique")
    for term in (str(call.pk), "CAunique", "+14155550100"):
        assert str(call.pk) in staff.get("/admin/calls/call/", {"q": term}).content.decode()


def test_a_number_is_found_whole_or_by_its_beginning(staff, account):
    call = phone_call(account, to_number="+4930123456")
    for term in ("+4930123456", "+4930", "+49301"):
        assert str(call.pk) in staff.get("/admin/calls/call/", {"q": term}).content.decode()
    for term in ("+4931", "+49", "+493012345678"):
        assert str(call.pk) not in staff.get("/admin/calls/call/", {"q": term}).content.decode()
