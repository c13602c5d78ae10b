"""Phone calls in the form of Vobiz and Plivo: make, look, hang up."""

from uuid import uuid4

import pytest

from calls.lifecycle.end import end
from calls.models import Call
from liveplatform.accounts.models import Account
from tests.calls.api.audio_streams import shapes
from tests.support.factories import NUMBER, phone_call, video_call

pytestmark = pytest.mark.django_db(transaction=True)

CALL = {
    "from": NUMBER,
    "to": "+14155550111",
    "answer_url": "https://app.example.com/answer",
    "answer_method": "POST",
}


def calls(api, rest: str = "", root: str = "/api/v1") -> str:
    return f"{root}/Account/{api.account.auth_id}/Call{rest}"


class TestMakeCall:
    @pytest.mark.parametrize("root", ["/api/v1", "/v1"])
    def test_dials_and_names_the_call(self, forks, root):
        answer = forks.api("POST", calls(forks.api, "/", root), CALL)
        fired = shapes.Fired(**answer.json())
        assert (answer.status_code, fired.message) == (201, "Call fired")
        call = Call.objects.get(pk=fired.request_uuid)
        assert (call.status, call.to_number, call.provider) == ("live", CALL["to"], "plivo")

    def test_takes_what_the_sdks_send(self, forks):
        """Numbers without their plus, and as numbers; fields that are not served."""
        body = CALL | {
            "from": NUMBER[1:],
            "to": 14155550111,
            "time_limit": "60",
            "hangup_url": "https://x.y/",
        }
        body |= {
            "ring_timeout": 120,
            "caller_name": "me",
            "sip_headers": "a=b",
            "machine_detection_time": 5000,
        }
        answer = forks.api("POST", calls(forks.api, "/"), body)
        call = Call.objects.get(pk=shapes.Fired(**answer.json()).request_uuid)
        assert (call.to_number, call.time_limit) == ("+14155550111", 60)

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("true", ("enable", "")),
            (True, ("enable", "")),
            ("hangup", ("enable", "hang_up")),
            (False, ("", "")),
        ],
    )
    def test_maps_machine_detection(self, forks, said, expected):
        answer = forks.api("POST", calls(forks.api, "/"), CALL | {"machine_detection": said})
        call = Call.objects.get(pk=shapes.Fired(**answer.json()).request_uuid)
        assert (call.machine_detection, call.on_machine) == expected

    @pytest.mark.parametrize(
        ("fields", "word"),
        [
            ({"from": None}, "from"),
            ({"from": "+14155550199"}, "from is not a phone number of this account"),
            ({"to": "+14155550111<+14155550112"}, "Make one call for each"),
            ({"to": "sip:anna@example.com"}, "to"),
            ({"answer_url": "no url"}, "answer_url"),
            ({"answer_url": ""}, "answer_url"),
            ({"answer_method": "PUT"}, "answer_method"),
            ({"time_limit": 0}, "time_limit"),
            ({"machine_detection": "maybe"}, "machine_detection"),
            ({"machine_detection": []}, "machine_detection"),
        ],
    )
    def test_what_is_wrong_is_named(self, forks, fields, word):
        answer = forks.api("POST", calls(forks.api, "/"), CALL | fields)
        assert answer.status_code == 400 and word in shapes.Problem(**answer.json()).error
        assert not Call.objects.filter(account=forks.account).exists()

    @pytest.mark.parametrize("fault", ["400", "503", "act_then_reset"])
    def test_no_failure_makes_an_sdk_dial_again(self, forks, fault):
        forks.sandbox.add_fault("create_call", fault)
        answer = forks.api("POST", calls(forks.api, "/"), CALL)
        assert answer.status_code == 400, answer.content
        shapes.Problem(**answer.json())

    def test_an_idempotency_key_is_one_call(self, forks):
        first, again = (forks.api("POST", calls(forks.api, "/"), CALL, Idempotency_Key="k") for _ in range(2))
        assert first.json() == again.json() and again["Idempotency-Replayed"] == "true"
        assert Call.objects.filter(account=forks.account).count() == 1


class TestLook:
    @pytest.mark.parametrize("slash", ["", "/"])
    def test_a_live_call_has_the_documented_keys(self, api, slash):
        call = phone_call(api.account, direction="outbound-api", provider_status="in-progress")
        answer = api("GET", calls(api, f"/{call.pk}{slash}?status=live"))
        shown = shapes.LiveCall(**answer.json())
        assert (shown.call_status, shown.direction, shown.sender) == ("in-progress", "outbound", NUMBER)
        assert shown.request_uuid == shown.call_uuid == str(call.pk)

    def test_a_queued_call_has_fewer(self, api):
        call = phone_call(api.account, status="scheduled", provider_call_id="")
        shapes.QueuedCall(**api("GET", calls(api, f"/{call.pk}/?status=queued")).json())
        assert api("GET", calls(api, f"/{call.pk}/?status=live")).status_code == 404

    def test_what_is_not_live_is_404(self, api):
        over, video = phone_call(api.account), video_call(api.account)
        end(over.pk, account_id=api.account.pk, actor="test")
        theirs = phone_call(Account.objects.create(name="theirs"))
        for call_id in (over.pk, video.pk, theirs.pk, uuid4(), "x"):
            answer = api("GET", calls(api, f"/{call_id}?status=live"))
            assert (answer.status_code, answer.json()["error"]) == (404, "Call not found")

    @pytest.mark.parametrize("query", ["", "?status=", "?status=done"])
    def test_the_status_must_be_said(self, api, query):
        """Past calls are not served in this form."""
        call = phone_call(api.account)
        one, every = api("GET", calls(api, f"/{call.pk}/{query}")), api("GET", calls(api, f"/{query}"))
        assert (one.status_code, every.status_code) == (404, 400)
        assert "status=live" in one.json()["error"] and "status=live" in every.json()["error"]

    @pytest.mark.parametrize("slash", ["", "/"])
    def test_lists_hold_the_ids_of_ones_own_newest_first(self, api, slash):
        live = [phone_call(api.account) for _ in range(3)]
        queued = phone_call(api.account, status="scheduled", provider_call_id="")
        video_call(api.account)
        over = phone_call(api.account)
        end(over.pk, account_id=api.account.pk, actor="test")
        listed = shapes.CallIds(**api("GET", calls(api, f"{slash}?status=live")).json())
        assert listed.calls == [str(call.pk) for call in live[::-1]]
        page = shapes.CallIds(**api("GET", calls(api, f"{slash}?status=live&limit=1&offset=1")).json())
        assert page.calls == [str(live[1].pk)]
        assert api("GET", calls(api, f"{slash}?status=queued")).json()["calls"] == [str(queued.pk)]


class TestHangUp:
    @pytest.mark.parametrize("slash", ["", "/"])
    def test_ends_the_call_and_again_changes_nothing(self, api, slash):
        call = phone_call(api.account)
        answers = [api("DELETE", calls(api, f"/{call.pk}{slash}")) for _ in range(2)]
        assert [(each.status_code, each.content) for each in answers] == [(204, b"")] * 2
        call.refresh_from_db()
        assert (call.status, call.end_code) == ("ended", "ended_by_api")
        assert call.ended_by.startswith("key:")

    def test_what_is_no_phone_call_of_ones_own_is_404_and_goes_on(self, api):
        theirs, video = phone_call(Account.objects.create(name="theirs")), video_call(api.account)
        for call_id in (theirs.pk, video.pk, uuid4(), "x"):
            answer = api("DELETE", calls(api, f"/{call_id}/"))
            assert (answer.status_code, answer.json()["error"]) == (404, "Call not found")
        assert Call.objects.filter(pk__in=[theirs.pk, video.pk], ended_at=None).count() == 2

    @pytest.mark.parametrize("body", [b"{", b'{"call_uuid": "x"}', b"a=b", b"\x00"])
    def test_a_body_is_ignored(self, api, body):
        call = phone_call(api.account)
        assert api("DELETE", calls(api, f"/{call.pk}/"), body).status_code == 204

    def test_an_idempotency_key_is_kept(self, api):
        call = phone_call(api.account)
        for _ in range(2):
            assert api("DELETE", calls(api, f"/{call.pk}/"), Idempotency_Key="k").status_code == 204
