"""/v1/connections: the credentials of each provider; secrets are write-only."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection as database

from calls.lifecycle.end import end
from calls.models import Step
from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.models import Account, Connection
from liveplatform.crypto import DecryptionFailed
from providers.registry import CREDENTIALS
from tests.support.database import everything
from tests.support.factories import phone_call
from tests.support.sandbox import SECRET, sandbox, sandbox_url

__all__ = ["sandbox", "sandbox_url"]
PATH = "/v1/connections"
CANARY = "canary-auth-token-0123456789"
TWILIO = {"account_sid": "AC1", "auth_token": CANARY}


def create(api, provider="twilio", credentials=TWILIO, **more):
    return api("POST", PATH, {"provider": provider, "credentials": credentials} | more)


@pytest.fixture
def twilio(api) -> dict:
    return create(api, name="main").json()


@pytest.mark.parametrize("provider", CREDENTIALS)
def test_every_provider_can_be_connected(api, provider):
    given = {name: f"value-of-{name}" for name in CREDENTIALS[provider].required}
    answer = create(api, provider, given, base_url="https://live.example.com")
    assert answer.status_code == 201
    assert set(answer.json()["options"]) == set(CREDENTIALS[provider].options)
    assert Connection.objects.get(pk=answer.json()["id"]).credentials() == given


@pytest.mark.parametrize(
    ("provider", "missing"), [(name, field) for name in CREDENTIALS for field in CREDENTIALS[name].required]
)
def test_missing_credentials_are_named(api, provider, missing):
    given = {name: "x" for name in CREDENTIALS[provider].required if name != missing}
    answer = create(api, provider, given)
    assert answer.status_code == 400
    assert missing in answer.json()["fields"]["credentials"]
    assert missing in answer.json()["message"]


def test_a_self_hosted_provider_needs_base_url(api):
    given = {"api_key": "devkey", "api_secret": "s" * 32}
    answer = create(api, "livekit", given)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["base_url"])
    made = create(api, "livekit", given, base_url="https://live.example.com").json()
    moved = api("PATCH", f"{PATH}/{made['id']}", {"base_url": "", "credentials": given})
    assert (moved.status_code, list(moved.json()["fields"])) == (400, ["base_url"])


@pytest.mark.parametrize("seconds", ["0", "soon", "-1", "1.5", "100000", " 5", "²"])
def test_a_duration_must_be_a_number_of_seconds(api, seconds):
    given = {"api_key": "k", "api_secret": "s" * 32, "departure_timeout": seconds}
    answer = create(api, "livekit", given, base_url="https://live.example.com")
    assert (answer.status_code, "departure_timeout" in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"credentials": TWILIO}, "provider"),
        ({"provider": "twilio"}, "credentials"),
        ({"provider": "nobody", "credentials": TWILIO}, "provider"),
        ({"provider": "twilio", "credentials": []}, "credentials"),
        ({"provider": "twilio", "credentials": TWILIO | {"colour": "red"}}, "credentials"),
        ({"provider": "twilio", "credentials": TWILIO | {"auth_token": 7}}, "credentials"),
        ({"provider": "twilio", "credentials": TWILIO | {"auth_token": ""}}, "credentials"),
        ({"provider": "twilio", "credentials": TWILIO | {"auth_token": "  "}}, "credentials"),
        ({"provider": "twilio", "credentials": TWILIO | {"auth_token": "x" * 4001}}, "credentials"),
        ({"provider": "twilio", "credentials": TWILIO, "name": "x" * 101}, "name"),
        ({"provider": "twilio", "credentials": TWILIO, "is_default": True}, "is_default"),
        ({"provider": "twilio", "credentials": TWILIO, "secrets": {}}, "secrets"),
    ],
)
def test_an_invalid_request_is_400_and_names_its_field(api, body, field):
    answer = api("POST", PATH, body)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not Connection.objects.filter(account=api.account).exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "https://127.0.0.1",
        "https://localhost",
        "https://169.254.169.254",
        "https://10.0.0.1",
        "https://[::1]",
        "https://[::ffff:10.0.0.1]",
        "https://2130706433",
        "https://0x7f.1",
        "https://user:password@api.example.com",
        "https://metadata.google.internal",
        "http://api.example.com",
        "ftp://api.example.com",
        "api.example.com",
        "x" * 300,
    ],
)
def test_an_internal_base_url_is_refused(api, twilio, url):
    for answer in (
        create(api, base_url=url),
        api("PATCH", f"{PATH}/{twilio['id']}", {"base_url": url, "credentials": TWILIO}),
    ):
        assert answer.status_code == 400
        assert "base_url" in answer.json()["fields"]


def test_secrets_are_never_shown(api, twilio):
    answers = [
        create(api),
        api("GET", PATH),
        api("GET", f"{PATH}/{twilio['id']}"),
        api("PATCH", f"{PATH}/{twilio['id']}", {"credentials": {"auth_token": CANARY}}, Idempotency_Key="k"),
        create(api, credentials={"auth_token": CANARY}),
        create(api, credentials={"auth_token": CANARY, "colour": "red", "account_sid": "AC1"}),
    ]
    assert CANARY not in "".join(answer.content.decode() for answer in answers)
    row = Connection.objects.get(pk=twilio["id"])
    assert CANARY not in repr(row) + str(row) + repr(vars(row))
    assert CANARY.encode() not in everything()


def test_the_same_provider_account_renews_its_connection(api, twilio):
    second = create(api, credentials={"account_sid": "AC1", "auth_token": "new"}).json()
    assert second["id"] == twilio["id"]
    row = Connection.objects.get(account=api.account)
    assert (row.credentials()["auth_token"], row.name) == ("new", "main")


def test_another_provider_account_is_a_new_default_connection(api, twilio):
    second = create(api, credentials={"account_sid": "AC2", "auth_token": "new"}).json()
    assert second["id"] != twilio["id"]
    found = {c["id"]: c["is_default"] for c in api("GET", PATH).json()["connections"]}
    assert found == {twilio["id"]: False, second["id"]: True}
    assert Connection.objects.get(pk=twilio["id"]).credentials() == TWILIO, "calls over it go on"
    back = api("PATCH", f"{PATH}/{twilio['id']}", {"is_default": True})
    assert (back.status_code, back.json()["is_default"]) == (200, True)
    assert not Connection.objects.get(pk=second["id"]).is_default
    assert api("PATCH", f"{PATH}/{twilio['id']}", {"is_default": False}).status_code == 400


def test_identity_fields_do_not_change(api, twilio):
    given = {"account_sid": "AC2", "auth_token": "new"}
    answer = api("PATCH", f"{PATH}/{twilio['id']}", {"credentials": given})
    assert (answer.status_code, "account_sid" in answer.json()["message"]) == (400, True)
    assert Connection.objects.get(pk=twilio["id"]).credentials() == TWILIO


@pytest.mark.parametrize("wrong", [{"account_sid": "AC../../x"}, {"phone_number": "notanumber"}])
def test_odd_values_are_refused(api, wrong):
    answer = create(api, credentials=TWILIO | wrong)
    assert (answer.status_code, next(iter(wrong)) in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize("what", ["a live call", "steps that are not done"])
def test_a_connection_in_use_is_not_deleted(api, twilio, what):
    call = phone_call(api.account, connection=Connection.objects.get(pk=twilio["id"]))
    if what != "a live call":
        end(call.pk, account_id=api.account.pk, actor="test")
    answer = api("DELETE", f"{PATH}/{twilio['id']}")
    assert (answer.status_code, answer.json()["error"]) == (409, "connection_in_use")
    end(call.pk, account_id=api.account.pk, actor="test")
    Step.objects.update(state="done")
    assert api("DELETE", f"{PATH}/{twilio['id']}").status_code == 204
    call.refresh_from_db()
    assert call.connection_id is None


def test_a_connection_with_undecryptable_secrets_can_be_replaced(api, twilio):
    Connection.objects.update(sealed_secrets="gone:AAAA")
    assert create(api).status_code == 201


def test_a_patch_changes_what_it_names(api, twilio):
    path = f"{PATH}/{twilio['id']}"
    answer = api("PATCH", path, {"name": "renamed", "credentials": {"auth_token": "new"}})
    assert (answer.status_code, answer.json()["name"]) == (200, "renamed")
    assert Connection.objects.get(pk=twilio["id"]).credentials() == TWILIO | {"auth_token": "new"}
    assert api("PATCH", path, {}).status_code == 200


def test_a_patch_with_a_wrong_name_changes_nothing(api, twilio):
    answer = api("PATCH", f"{PATH}/{twilio['id']}", {"name": "renamed", "credentials": {"colour": "red"}})
    assert answer.status_code == 400
    assert Connection.objects.get(pk=twilio["id"]).name == "main"


def test_another_base_url_needs_the_secrets_again(api, twilio):
    path, url = f"{PATH}/{twilio['id']}", "https://collector.example.com"
    answer = api("PATCH", path, {"base_url": url})
    assert answer.status_code == 400
    assert "auth_token" in answer.json()["message"]
    assert Connection.objects.get(pk=twilio["id"]).base_url == ""
    assert api("PATCH", path, {"base_url": url, "credentials": {"auth_token": "t"}}).status_code == 200


def test_a_deleted_connection_is_gone(api, twilio):
    path = f"{PATH}/{twilio['id']}"
    assert api("DELETE", path).status_code == 204
    assert api("GET", path).status_code == 404
    assert api("DELETE", path).status_code == 404


MOVES = {
    "to another row": {"pk": "0d9a3f0e-0000-4000-8000-000000000000"},
    "to another account": {"account_id": "0d9a3f0e-0000-4000-8000-000000000000"},
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_sealed_secrets_that_were_moved_do_not_open(account, move):
    row = upsert_connection(account, "twilio", TWILIO)
    for name, value in move.items():
        setattr(row, name, value)
    with pytest.raises(DecryptionFailed):
        row.credentials()


@pytest.mark.django_db(transaction=True)
def test_concurrent_connects_make_one_default():
    account = Account.objects.create(name="tenant")

    def one(number: int) -> None:
        try:
            upsert_connection(account, "twilio", {"account_sid": f"AC{number}", "auth_token": "t"})
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    found = Connection.objects.filter(account=account)
    assert (found.count(), found.filter(is_default=True).count()) == (8, 1)


@pytest.mark.parametrize("provider", ["daily", "unheard-of"])
def test_a_company_without_an_adapter_cannot_be_connected(api, provider):
    answer = create(api, provider, {"api_token": "x"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["provider"])
    assert not Connection.objects.filter(provider=provider).exists()


@pytest.mark.django_db(transaction=True)
class TestCheck:
    """The sandbox is asked over HTTP, as the companies would be."""

    @pytest.fixture(params=["twilio", "getstream", "livekit"])
    def given(self, request, sandbox, sandbox_url) -> dict:
        name = uuid4().hex
        key = {"account_sid": f"AC{name}"} if request.param == "twilio" else {"api_key": name}
        secret = "auth_token" if request.param == "twilio" else "api_secret"
        sandbox.set_secret(next(iter(key.values())), SECRET)
        return {"provider": request.param, "key": key, "secret": secret, "url": sandbox_url}

    def connect(self, api, given, secret: str, url: str | None = None) -> dict:
        account = api.account
        credentials = given["key"] | {given["secret"]: secret}
        connection = upsert_connection(
            account, given["provider"], credentials, base_url=given["url"] if url is None else url
        )
        answer = api("POST", f"{PATH}/{connection.pk}/check")
        assert answer.status_code == 200
        shown = api("GET", f"{PATH}/{connection.pk}").json()
        assert shown["check_outcome"] == answer.json()["outcome"]
        assert shown["checked_at"] == answer.json()["checked_at"]
        return answer.json()

    def test_right_credentials_are_accepted(self, api, given):
        assert self.connect(api, given, SECRET) | {"checked_at": None} == {
            "outcome": "accepted",
            "message": None,
            "code": None,
            "help_url": None,
            "checked_at": None,
        }

    def test_a_wrong_secret_is_refused(self, api, given):
        answer = self.connect(api, given, "another-secret-of-32-characters!!")
        assert (answer["outcome"], answer["code"]) == ("refused", "auth")
        assert SECRET not in str(answer)

    def test_a_provider_that_is_down_says_nothing_about_them(self, api, given):
        answer = self.connect(api, given, SECRET, url="http://127.0.0.1:9")
        assert (answer["outcome"], answer["code"]) == ("unknown", "unreachable")

    def test_nothing_changes_at_the_provider(self, api, given, sandbox):
        before = len(sandbox.ledger(effects="1"))
        self.connect(api, given, SECRET)
        assert len(sandbox.ledger(effects="1")) == before


@pytest.mark.django_db(transaction=True)
class TestRefusedSecrets:
    """A secret that the provider refuses never replaces one that works."""

    WRONG = "another-secret-of-32-characters!!"

    @pytest.fixture
    def sid(self, sandbox, settings) -> str:
        settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = True
        return self.known(sandbox)

    def known(self, sandbox) -> str:
        sid = f"AC{uuid4().hex}"
        sandbox.set_secret(sid, SECRET)
        return sid

    def post(self, api, sandbox_url, sid, token):
        return create(api, credentials={"account_sid": sid, "auth_token": token}, base_url=sandbox_url)

    def test_connecting_again_keeps_the_former_one(self, api, sandbox_url, sid):
        made = self.post(api, sandbox_url, sid, SECRET).json()
        assert (made["check_outcome"], made["is_default"]) == ("accepted", True)
        answer = self.post(api, sandbox_url, sid, self.WRONG)
        assert (answer.status_code, answer.json()["error"]) == (422, "credentials_refused")
        assert "keeps its former credentials" in answer.json()["message"]
        assert api("GET", f"{PATH}/{made['id']}").json() == made
        assert Connection.objects.get(pk=made["id"]).credentials()["auth_token"] == SECRET

    def test_a_patch_keeps_the_former_one(self, api, sandbox_url, sid):
        made = self.post(api, sandbox_url, sid, SECRET).json()
        path = f"{PATH}/{made['id']}"
        answer = api("PATCH", path, {"credentials": {"auth_token": self.WRONG}, "name": "new"})
        assert (answer.status_code, answer.json()["error"]) == (422, "credentials_refused")
        assert api("GET", path).json() == made
        assert Connection.objects.get(pk=made["id"]).credentials()["auth_token"] == SECRET

    def test_a_patch_tells_what_the_provider_says_now(self, api, sandbox, sandbox_url, sid):
        made = self.post(api, sandbox_url, sid, SECRET).json()
        path = f"{PATH}/{made['id']}"
        sandbox.set_secret(sid, self.WRONG)
        renewed = api("PATCH", path, {"credentials": {"auth_token": self.WRONG}}).json()
        assert renewed["check_outcome"] == "accepted"
        assert renewed["checked_at"] > made["checked_at"]
        away = {"base_url": "http://127.0.0.1:9", "credentials": {"auth_token": SECRET}}
        moved = api("PATCH", path, away).json()
        assert (moved["check_outcome"], moved["base_url"]) == ("unknown", "http://127.0.0.1:9")

    def test_what_is_no_secret_changes_beside_a_refused_one(self, api, sandbox, sandbox_url, sid):
        made = self.post(api, sandbox_url, sid, SECRET).json()
        sandbox.set_secret(sid, "rotated-at-the-provider")
        given = {"credentials": {"phone_number": "+14155550100"}}
        answer = api("PATCH", f"{PATH}/{made['id']}", given)
        assert (answer.status_code, answer.json()["check_outcome"]) == (200, "refused")

    def test_a_refused_new_connection_does_not_become_the_default(self, api, sandbox, sandbox_url, sid):
        other = self.known(sandbox)
        alone = self.post(api, sandbox_url, other, self.WRONG).json()
        assert (alone["check_outcome"], alone["is_default"]) == ("refused", True), "there is no other"
        good = self.post(api, sandbox_url, sid, SECRET).json()
        refused = self.post(api, sandbox_url, self.known(sandbox), self.WRONG).json()
        assert (refused["check_outcome"], refused["is_default"]) == ("refused", False)
        assert api("GET", f"{PATH}/{good['id']}").json()["is_default"]
        again = self.post(api, sandbox_url, other, SECRET).json()
        assert (again["id"], again["is_default"]) == (alone["id"], True), "one of several is renewed as well"


def test_an_address_that_is_not_allowed_is_no_refusal_by_the_provider(api, account, sandbox_url, settings):
    made = upsert_connection(account, "twilio", TWILIO, base_url=sandbox_url)
    settings.PROVIDER_ALLOWLIST = []
    answer = api("POST", f"{PATH}/{made.pk}/check").json()
    assert answer["outcome"] == "unknown"
    assert "leads to an internal host" in answer["message"]


def test_a_new_connection_is_tried_but_never_refused_for_it(api):
    answer = create(
        api, "livekit", {"api_key": "k", "api_secret": "s" * 32}, base_url="https://live.example.com"
    )
    assert answer.status_code == 201
    assert answer.json()["check_outcome"] in ("unknown", "refused")
    assert answer.json()["checked_at"]


def test_one_connection_too_many_is_409(api, settings):
    settings.MAX_CONNECTIONS = 1
    assert create(api).status_code == 201
    answer = create(api, credentials=TWILIO | {"account_sid": "AC2"})
    assert answer.status_code == 409
    assert "The account has 1 connections; delete one first." in answer.text
    assert create(api).status_code == 201, "the same provider account is updated"
