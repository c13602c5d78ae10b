"""`GET /phone_number`: the account's own, in the vendor's shape, for API keys only."""

from calls.models import PhoneNumber
from tests.support.factories import NUMBER, phone_connection
from tests.support.jwt_issuer import issuer, token


def test_phone_numbers_are_ones_own(api):
    phone_connection(api.account)
    PhoneNumber.objects.filter(account=api.account).update(nickname="main", country_code="US")
    answer = api("GET", "/phone_number")
    (number,) = answer.json()["data"]
    assert (number["nickname"], number["phone_number"], number["number_country_code"]) == (
        "main",
        NUMBER,
        "US",
    )
    assert not number["created_at"].endswith(("Z", "+00:00"))
    assert answer.json()["status"] == "ok"
    assert api("GET", "/v1/phone_number").json() == answer.json()


def test_phone_numbers_want_an_api_key_as_the_vendor_has_it(api):
    issuer(api.account)
    answer = api("GET", "/phone_number", Authorization=f"Bearer {token()}")
    assert answer.status_code == 403
    assert "not a JWT" in answer.json()["message"]
    assert api("GET", "/calls/query", Authorization=f"Bearer {token()}").status_code == 200
