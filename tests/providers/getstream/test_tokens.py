"""GetStream's tokens."""

import time

import jwt

from providers.getstream.tokens import server_token, user_token

SECRET = "s" * 32


def claims(token):
    return jwt.decode(token, SECRET, ["HS256"])


def test_the_servers_token_is_of_no_user():
    found = claims(server_token(SECRET))
    assert found["server"] is True and "user_id" not in found


def test_a_users_token_is_for_a_time_and_may_name_a_call_and_a_role():
    plain = claims(user_token(SECRET, "anna", 60))
    assert plain.keys() == {"user_id", "iat", "exp"} and 55 < plain["exp"] - time.time() < 65
    found = claims(user_token(SECRET, "anna", 60, call="default:r1", role="host"))
    assert (found["call_cids"], found["role"]) == (["default:r1"], "host")
