"""Cloudflare's official package against this API, over HTTP: only its base URL differs."""

import asyncio
from datetime import UTC, datetime, timedelta

import cloudflare
import httpx
import pytest

from calls.models import MediaStream
from sessions_app.models import Livestream
from tests.sessions_app.livestreams.studio import KEY
from tests.support.cloudflare_sdk import official, official_async

pytestmark = pytest.mark.django_db(transaction=True)


class LosesAnswers(httpx.HTTPTransport):
    """Delivers every request, and loses the first answers: `how` they arrive instead."""

    def __init__(self, how, path, count=1):
        super().__init__()
        self.how, self.path, self.count, self.sent = how, path, count, 0

    def handle_request(self, request):
        answer = super().handle_request(request)
        if request.url.path.endswith(self.path):
            self.sent += 1
            if self.sent <= self.count:
                answer.read()
                if self.how == "timeout":
                    raise httpx.ReadTimeout("no answer", request=request)
                return httpx.Response(502, text="bad gateway", request=request)
        return answer


@pytest.fixture
def about(api, app):
    """The ids that every call names."""
    return {"account_id": api.account.account_id, "app_id": app.app_id}


@pytest.fixture
def client(live_server, api, studio):
    return official(live_server.url, api.token)


def test_every_operation(client, about, studio):
    kit, account = client.realtime_kit, about["account_id"]
    made = kit.apps.post(account_id=account, name="second").data.app
    assert made.id in {each.id for each in kit.apps.get(account_id=account, search="sec").data}
    meeting = kit.meetings.create(**about, title="Open day", persist_chat=True)
    assert meeting.success and meeting.data.status == "ACTIVE"
    assert kit.meetings.get(**about).data[0].id == meeting.data.id
    at = {"meeting_id": meeting.data.id, **about}
    assert kit.meetings.get_meeting_by_id(**at).data.title == "Open day"
    assert kit.meetings.update_meeting_by_id(**at, title="New").data.title == "New"
    assert kit.meetings.replace_meeting_by_id(**at, title="Newer").data.persist_chat is False

    started = kit.livestreams.start_livestreaming_a_meeting(
        **at, name="n", video_config={"height": 720, "width": 1280}
    )
    assert (started.success, started.data.status, started.data.stream_key) == (True, "INVOKED", KEY)
    active = kit.livestreams.get_meeting_active_livestreams(**at).data
    assert (active.id, active.meeting_id, active.status) == (started.data.id, meeting.data.id, "LIVE")
    stopped = kit.livestreams.stop_livestreaming_a_meeting(**at)
    assert stopped.success and stopped.data.message == "Stopped live stream successfully"
    with pytest.raises(cloudflare.NotFoundError) as raised:
        kit.livestreams.stop_livestreaming_a_meeting(**at)
    assert raised.value.errors[0].code == 404 and raised.value.body["error"]["code"] == 404

    listed = kit.livestreams.get_all_livestreams(
        **about, status="IDLE", page_no=1, per_page=5, sort_order="DSC", exclude_meetings=False,
        start_time=datetime.now(UTC) - timedelta(hours=1), end_time=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    assert [each.id for each in listed.data] == [active.id] and listed.paging["total_count"] == 1
    one = kit.livestreams.get_livestream_session_for_livestream_id(
        livestream_id=active.id, **about, page_no=1
    )
    assert one.data.livestream.id == active.id and one.data.sessions[0]["id"] == one.data.session.id
    run = kit.livestreams.get_livestream_session_details_for_session_id(
        livestream_session_id=one.data.session.id, **about
    )
    assert run.data.livestream_id == active.id and run.data.stopped_time
    assert kit.livestreams.get_livestream_analytics_complete(**about).data.count == 1
    (day,) = kit.livestreams.get_livestream_analytics_daywise(**about).data
    assert (day.count, day.date) == (1, datetime.now(UTC).date().isoformat())
    with pytest.raises(cloudflare.NotFoundError):
        kit.livestreams.get_active_livestreams_for_livestream_id(livestream_id=active.id, **about)
    kit.livestreams.start_livestreaming_a_meeting(**at)
    running = kit.livestreams.get_active_livestreams_for_livestream_id(livestream_id=active.id, **about)
    assert running.data.session.livestream_id == active.id and running.data.livestream.status == "LIVE"
    assert studio.count("start") == 2


def test_webhooks(client, about):
    hooks = client.realtime_kit.webhooks
    made = hooks.create_webhook(
        **about, name="hook", url="https://example.com/hook", events=["livestreaming.statusUpdate"]
    )
    at = {"webhook_id": made.data.id, **about}
    assert made.success and made.data.enabled is True
    assert [each.id for each in hooks.get_webhooks(**about).data] == [made.data.id]
    assert hooks.get_webhook_by_id(**at).data.url == "https://example.com/hook"
    assert hooks.edit_webhook(**at, enabled=False).data.enabled is False
    replaced = hooks.replace_webhook(
        **at, name="new", url="https://example.com/new", events=["meeting.ended"]
    )
    assert (replaced.data.name, replaced.data.enabled) == ("new", True)
    assert hooks.delete_webhook(**at).data.id == made.data.id
    with pytest.raises(cloudflare.NotFoundError):
        hooks.get_webhook_by_id(**at)


def test_the_asynchronous_client(live_server, api, about, meeting, studio):
    async def story():
        async with official_async(live_server.url, api.token) as client:
            streams, at = client.realtime_kit.livestreams, {"meeting_id": str(meeting.pk), **about}
            started = await asyncio.gather(*(streams.start_livestreaming_a_meeting(**at) for _ in range(3)))
            active = await streams.get_meeting_active_livestreams(**at)
            stopped = await streams.stop_livestreaming_a_meeting(**at)
            return {each.data.id for each in started} | {active.data.id}, stopped.success

    ids, success = asyncio.run(story())
    assert len(ids) == 1 and success and studio.count("start") == 1 and not studio.live()


@pytest.mark.parametrize("how", ["timeout", "502"])
def test_a_start_whose_answer_the_client_lost_is_one_livestream(
    live_server, api, about, meeting, studio, how
):
    transport = LosesAnswers(how, "/livestreams", count=2)
    client = official(live_server.url, api.token, http_client=httpx.Client(transport=transport))
    started = client.realtime_kit.livestreams.start_livestreaming_a_meeting(
        meeting_id=str(meeting.pk), **about
    )
    assert transport.sent == 3 and started.data.stream_key == KEY
    assert (studio.count("start"), len(studio.live()), MediaStream.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("how", ["timeout", "502"])
def test_a_stop_whose_answer_the_client_lost_succeeds(live_server, api, about, meeting, studio, how):
    transport = LosesAnswers(how, "/stop")
    client = official(live_server.url, api.token, http_client=httpx.Client(transport=transport))
    streams, at = client.realtime_kit.livestreams, {"meeting_id": str(meeting.pk), **about}
    streams.start_livestreaming_a_meeting(**at)
    assert streams.stop_livestreaming_a_meeting(**at).success is True
    assert transport.sent == 2 and not studio.live()


def test_a_provider_that_is_away_for_a_moment(client, about, meeting, studio):
    studio.failures["start"] = ["unavailable"]
    started = client.realtime_kit.livestreams.start_livestreaming_a_meeting(
        meeting_id=str(meeting.pk), **about
    )
    assert started.success and len(studio.live()) == 1 and Livestream.objects.count() == 1


def test_a_provider_that_refuses_is_asked_once(client, about, meeting, studio):
    studio.failures["start"] = ["rejected"]
    with pytest.raises(cloudflare.InternalServerError) as raised:
        client.realtime_kit.livestreams.start_livestreaming_a_meeting(meeting_id=str(meeting.pk), **about)
    assert "no plan" in raised.value.errors[0].message and studio.count("start") == 1


def test_what_is_refused(live_server, client, about, meeting):
    wrong = official(live_server.url, "lp_wrong")
    with pytest.raises(cloudflare.AuthenticationError) as raised:
        wrong.realtime_kit.meetings.get(**about)
    assert raised.value.errors[0].code == 10000
    with pytest.raises(cloudflare.NotFoundError) as raised:
        client.realtime_kit.apps.get(account_id="0" * 32)
    assert raised.value.errors[0].code == 7003
    with pytest.raises(cloudflare.BadRequestError) as raised:
        client.realtime_kit.meetings.create(**about, title="x" * 501)
    assert raised.value.errors[0].message.startswith("BAD_REQUEST: title")
    assert httpx.post(f"{live_server.url}/client/v4/accounts/x/realtime/kit/apps/").status_code == 404
