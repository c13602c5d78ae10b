"""Log-ins of staff: the second factor, and the limits of guessing."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from liveplatform.admin.site import LOGINS
from liveplatform.work import heartbeat

PASSWORD = "correct horse battery staple"


@pytest.fixture
def user(db) -> User:
    for name in heartbeat.client().keys("liveplatform:login:*"):
        heartbeat.client().delete(name)
    return User.objects.create_superuser("first", password=PASSWORD)


def log_in(client: Client, username="first", password=PASSWORD, code="", **extra):
    form = {"username": username, "password": password, "otp_token": code, "next": "/admin/"}
    return client.post("/admin/login/", form, **extra)


def enrol(*options: str) -> str:
    out = StringIO()
    call_command("enrol_otp", "first", *options, stdout=out)
    return out.getvalue()


def code_of(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key):06d}"


def test_without_a_second_factor_the_password_is_enough(user):
    assert log_in(Client()).status_code == 302


def test_who_has_a_second_factor_enters_only_with_it(user):
    shown = enrol()
    device = TOTPDevice.objects.get(user=user)
    assert device.config_url in shown
    client = Client()
    page = log_in(client)
    assert (page.status_code, "OTP token" in page.content.decode()) == (200, True)
    assert PASSWORD not in page.content.decode()
    assert log_in(client, code="000000").status_code == 200
    assert client.get("/admin/").status_code == 302
    device.refresh_from_db()
    device.throttle_reset()
    assert log_in(client, code=code_of(device)).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_a_session_of_the_password_alone_ends_with_the_enrolment(user):
    client = Client()
    log_in(client)
    assert client.get("/admin/").status_code == 200
    enrol()
    assert client.get("/admin/").status_code == 302


def test_a_second_factor_can_be_demanded_of_everybody(user, settings):
    settings.ADMIN_REQUIRE_OTP = True
    client = Client()
    assert "enrol_otp" in log_in(client).content.decode()
    client.force_login(user)
    assert client.get("/admin/").status_code == 302
    enrol()
    assert log_in(client, code=code_of(TOTPDevice.objects.get(user=user))).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_a_lost_device_is_replaced(user):
    enrol()
    old = TOTPDevice.objects.get(user=user)
    with pytest.raises(CommandError, match="--replace"):
        enrol()
    enrol("--replace")
    assert TOTPDevice.objects.get(user=user).key != old.key
    assert "1 removed" in enrol("--remove")
    assert log_in(Client()).status_code == 302


def test_guessing_a_password_locks_the_user_name_for_that_address(user, settings):
    settings.AXES_FAILURE_LIMIT = 3
    guesser = Client(REMOTE_ADDR="192.0.2.1")
    for _ in range(3):
        locked = log_in(guesser, password="wrong")
    assert locked.status_code == 429
    assert "axes_reset_username" in locked.content.decode()
    assert log_in(guesser).status_code == 429
    assert log_in(Client(REMOTE_ADDR="192.0.2.2")).status_code == 302
    call_command("axes_reset_username", "first", stdout=StringIO())
    assert log_in(guesser).status_code == 302


def test_one_address_cannot_try_many_user_names(user, settings):
    settings.LOGIN_ATTEMPTS_PER_MINUTE = 4
    guesser = Client(REMOTE_ADDR="192.0.2.3")
    codes = [log_in(guesser, f"user {n}", "wrong").status_code for n in range(6)]
    assert codes == [200] * 4 + [429] * 2
    assert log_in(guesser)["Retry-After"] == "60"
    assert log_in(Client(REMOTE_ADDR="192.0.2.4")).status_code == 302


def test_a_lost_redis_locks_nobody_out(user, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    heartbeat.client.cache_clear()
    try:
        assert log_in(Client()).status_code == 302
    finally:
        heartbeat.client.cache_clear()


def test_locked_attempts_are_seen_by_staff(user):
    log_in(Client(REMOTE_ADDR="192.0.2.9"), password="wrong")
    staff = Client()
    log_in(staff)
    assert "192.0.2.9" in staff.get("/admin/axes/accessattempt/").content.decode()


def test_log_ins_at_once_are_bounded_per_address_and_in_all(user):
    with LOGINS.hold("127.0.0.1"):
        refused = log_in(Client())
        assert (refused.status_code, refused["Retry-After"]) == (429, "1")
        assert log_in(Client(), REMOTE_ADDR="192.0.2.7").status_code == 302
        with LOGINS.hold("192.0.2.8"):
            assert log_in(Client(), REMOTE_ADDR="192.0.2.7").status_code == 429
    assert log_in(Client()).status_code == 302
