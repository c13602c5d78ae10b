"""How often an address may ask."""

from django.test import Client

from sessions_app.exceptions import SessionNotFound
from sessions_app.pages import guard
from tests.sessions_app.factories import session
from tests.sessions_app.pages.support import register, text


def test_forms_are_limited_by_address(account):
    made, client = session(account, max_participants=100), Client()
    answers = [register(client, made, email=f"p{n}@example.com") for n in range(guard.FORMS_PER_MINUTE + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {302}
    assert answers[-1].status_code == 429 and "Too many requests" in text(answers[-1])
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61
    assert client.get(f"/sessions/{made.pk}").status_code == 200
    assert register(Client(REMOTE_ADDR="192.0.2.7"), made).status_code == 302


def test_pages_are_limited_by_address(account):
    client, path = Client(REMOTE_ADDR="2001:db8:1:2::1"), f"/sessions/{session(account).pk}"
    statuses = [client.get(path).status_code for _ in range(guard.PER_MINUTE + 1)]
    assert statuses[-2:] == [200, 429]
    assert Client(REMOTE_ADDR="2001:db8:1:2:ffff::9").get(path).status_code == 429
    assert Client(REMOTE_ADDR="2001:db8:1:3::1").get(path).status_code == 200


def test_whatever_the_address_is(account):
    path = f"/sessions/{session(account).pk}"
    for address in ("", "unix:", "fe80::1%eth0", "::ffff:192.0.2.1"):
        assert Client(REMOTE_ADDR=address).get(path).status_code == 200


def test_what_was_deleted_meanwhile(rf):
    def deleted(_request):
        raise SessionNotFound

    assert guard.page(deleted)(rf.get("/")).status_code == 404
