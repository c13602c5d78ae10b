"""The numbers of an account at the sandbox, asked for by Twilio's official package."""

import pytest
from twilio.base.exceptions import TwilioRestException

from providers.sandbox.twilio.phone_numbers import is_callable
from tests.support.twilio_sdk import official


@pytest.fixture
def client(sandbox_url, account_sid):
    return official(sandbox_url, account_sid)


def test_an_account_has_a_number_buys_another_and_releases_it(client):
    (first,) = client.incoming_phone_numbers.list()
    bought = client.incoming_phone_numbers.create(phone_number="+14155550177")
    assert client.incoming_phone_numbers(bought.sid).fetch().phone_number == "+14155550177"
    found = client.incoming_phone_numbers.list(phone_number="+14155550177")
    assert [number.sid for number in found] == [bought.sid]
    assert client.incoming_phone_numbers(bought.sid).delete()
    assert [number.sid for number in client.incoming_phone_numbers.list()] == [first.sid]
    with pytest.raises(TwilioRestException) as gone:
        client.incoming_phone_numbers(bought.sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)


@pytest.mark.parametrize(
    ("to", "from_", "code"), [("911x", "", 21211), ("+15005550001", "", 21211), ("", "5", 21212)]
)
def test_a_number_that_is_none_is_refused_by_its_code(client, to, from_, code):
    with pytest.raises(TwilioRestException) as refused:
        client.calls.create(to=to or "+14155550111", from_=from_ or "+14155550100", twiml="<Response/>")
    assert (refused.value.status, refused.value.code) == (400, code)


def test_the_account_reads_itself(client, account_sid):
    account = client.api.accounts(account_sid).fetch()
    assert (account.sid, account.status) == (account_sid, "active")


def test_an_unknown_address_is_refused_in_twilios_shape(client, sandbox_url, account_sid):
    answer = client.request("GET", f"{sandbox_url}/2010-04-01/Accounts/{account_sid}/Unheard.json")
    assert (answer.status_code, '"code": 20404' in answer.text) == (404, True)


def test_sip_addresses_and_clients_can_be_called():
    assert is_callable("sip:a@b.example") and is_callable("client:anna") and not is_callable("0123")
