"""Livestreams with real processes, asked for with Cloudflare's own package: only its base URL differs."""

import base64
import json
import time

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from tests.support.cloudflare_sdk import official
from tests.support.sandbox import SECRET

# What the customer has at Cloudflare: the sandbox.
PLACE = {"account_id": "c" * 32, "app_id": "d" * 32, "api_token": SECRET}


@pytest.fixture(scope="module")
def app_id(one_customer):
    """An app whose meetings are broadcast by Cloudflare."""
    local, account = one_customer.local, one_customer.account_id
    given = [f"{name}={value}" for name, value in PLACE.items()]
    local.manage("connect_provider", account, "cloudflare", "--base-url", local.sandbox_url, "--set", *given)
    connections = one_customer.ask("GET", "/v1/connections").json()["connections"]
    (connection,) = (each["id"] for each in connections if each["provider"] == "cloudflare")
    path = f"/client/v4/accounts/{account}/realtime/kit/apps"
    made = one_customer.ask("POST", path, {"name": "story", "connection_id": connection})
    return made.json()["data"]["app"]["id"]


@pytest.fixture
def kit(customer):
    return official(customer.local.url, customer.key).realtime_kit


@pytest.fixture
def at(customer, kit, app_id):
    """The ids that each request names: of a new meeting."""
    place = {"account_id": customer.account_id, "app_id": app_id}
    return place | {"meeting_id": kit.meetings.create(**place, title="Open day").data.id}


def live(customer):
    return customer.sandbox.live_streams().get("cloudflare", [])


def until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_livestream_is_started_told_and_stopped(customer, kit, at):
    local = customer.local
    place = {name: at[name] for name in ("account_id", "app_id")}
    hook = f"{local.receiver_url}/ok?{at['meeting_id']}"
    kit.webhooks.create_webhook(**place, name="story", url=hook, events=["livestreaming.statusUpdate"])
    before = len(live(customer))
    started = kit.livestreams.start_livestreaming_a_meeting(**at).data
    again = kit.livestreams.start_livestreaming_a_meeting(**at).data
    assert started.id == again.id and started.stream_key and started.playback_url
    assert len(live(customer)) == before + 1
    assert kit.livestreams.stop_livestreaming_a_meeting(**at).success
    assert len(live(customer)) == before

    def told():
        lines = [json.loads(line) for line in local.received.read_text().splitlines()]
        return [line for line in lines if at["meeting_id"] in line["path"]]

    until(lambda: len(told()) == 2)
    published = requests.get(f"{local.url}/.well-known/webhooks.json", timeout=5).json()["data"]["publicKey"]
    public = serialization.load_pem_public_key(published.encode())
    for line in told():
        signature = base64.b64decode(line["headers"]["rtk-signature"])
        public.verify(signature, line["body"].encode(), padding.PKCS1v15(), hashes.SHA256())
        assert started.stream_key not in line["body"]
    logs = "".join(local.log(name) for name in ("web", "worker"))
    assert started.stream_key not in logs


@pytest.mark.parametrize("operation", ["start_livestream", "stop_livestream"])
def test_an_answer_of_the_provider_that_is_lost(customer, kit, at, operation):
    before = len(live(customer))
    customer.sandbox.add_fault(operation, "act_then_timeout")
    started = kit.livestreams.start_livestreaming_a_meeting(**at).data
    until(lambda: kit.livestreams.get_meeting_active_livestreams(**at).data.status == "LIVE")
    assert len(live(customer)) == before + 1
    seen = kit.livestreams.get_meeting_active_livestreams(**at).data
    assert (seen.id, bool(seen.stream_key)) == (started.id, True)
    asked = time.monotonic()
    assert kit.livestreams.stop_livestreaming_a_meeting(**at).success
    assert time.monotonic() - asked < 4.5
    until(lambda: len(live(customer)) == before)
    until(lambda: kit.livestreams.get_all_livestreams(
        account_id=at["account_id"], app_id=at["app_id"]
    ).data[0].status == "IDLE")  # fmt: skip
