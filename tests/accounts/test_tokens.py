"""JWTs: a valid token of each algorithm is accepted, every manipulated one refused."""

import base64
import hmac
import json
import time

import jwt
import pytest

from liveplatform.accounts import tokens
from liveplatform.accounts.models import Account, JwtIssuer
from liveplatform.accounts.tokens import InvalidToken, authenticate
from tests.support.jwt_issuer import SECRET, claims, issuer, private_key, public_pem, token

ALGORITHMS = ("HS256", "RS256", "ES256")


@pytest.fixture(autouse=True)
def fresh():
    tokens.clear_cache()


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw_token(header: object, payload: object, key: bytes | None = None) -> str:
    """A token put together without a library that would refuse to."""
    signed = f"{part(header)}.{part(payload)}"
    mark = hmac.digest(key, signed.encode(), "sha256") if key else b""
    return f"{signed}.{part(mark)}"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_valid_token_authenticates_its_account(account, algorithm):
    issuer(account, algorithm)
    principal = authenticate(token(algorithm))
    assert (principal.account_id, principal.kind, principal.id) == (account.pk, "jwt", "user-7")
    assert principal.label == "jwt:user-7"


@pytest.mark.parametrize(
    ("claimed", "may"),
    [
        ({"scope": "read:live"}, {"read:live"}),
        ({"scope": "read:live write:live admin:live openid"}, {"read:live", "write:live"}),
        ({"scope": None, "scp": ["write:live", 7]}, {"write:live"}),
        ({"scope": None, "scp": "read:live"}, {"read:live"}),
        ({"scope": ""}, set()),
        ({"scope": None}, set()),
        ({"scope": {"read:live": True}}, set()),
        ({"scope": 7}, set()),
    ],
)
def test_scopes_are_those_of_both_token_and_issuer(account, claimed, may):
    issuer(account)
    assert authenticate(token(**claimed)).scopes == may


LATE, SOON = time.time() - 3600, time.time() + 3600
BENT = {
    "expired": {"exp": LATE},
    "without exp": {"exp": None},
    "exp is text": {"exp": "soon"},
    "exp is infinite": {"exp": float("inf")},
    "not yet valid": {"nbf": SOON},
    "issued in the future": {"iat": SOON},
    "another issuer": {"iss": "https://evil.example.com/"},
    "without issuer": {"iss": None},
    "issuer is a list": {"iss": ["https://id.example.com/"]},
    "issuer with a NUL": {"iss": "https://id.example.com/\0"},
    "another audience": {"aud": "another-platform"},
    "without audience": {"aud": None},
    "an empty audience": {"aud": []},
    "audience is a number": {"aud": 7},
    "audience with a NUL": {"aud": "live-platform\0"},
    "audience beyond the first ten": {"aud": ["x"] * 10 + ["live-platform"]},
    "without subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "subject is a number": {"sub": 7},
    "subject with a NUL": {"sub": "user\0"},
    "subject with a line break": {"sub": "user\nadmin"},
}


@pytest.mark.parametrize("changed", BENT.values(), ids=BENT)
@pytest.mark.parametrize("algorithm", ["HS256", "ES256"])
def test_invalid_claims_are_refused(account, algorithm, changed):
    issuer(account, algorithm)
    assert authenticate(signed(algorithm, claims()))
    with pytest.raises(InvalidToken):
        authenticate(signed(algorithm, claims(**changed)))


def signed(algorithm: str, payload: object) -> str:
    """Signed without a look at the claims, which PyJWT's own encoding takes."""
    key = SECRET if algorithm == "HS256" else private_key(algorithm)
    return jwt.api_jws.encode(json.dumps(payload).encode(), key, algorithm)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("pinned", ALGORITHMS)
def test_an_unsigned_token_is_refused(account, pinned, algorithm):
    issuer(account, pinned)
    with pytest.raises(InvalidToken):
        authenticate(raw_token({"alg": algorithm, "typ": "JWT"}, claims()))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_hs256_with_the_public_key_as_secret_is_refused(account, algorithm):
    issuer(account, algorithm)
    for key in (public_pem(algorithm), public_pem(algorithm).strip()):
        with pytest.raises(InvalidToken):
            authenticate(raw_token({"alg": "HS256", "typ": "JWT"}, claims(), key.encode()))


@pytest.mark.parametrize("pinned", ALGORITHMS)
@pytest.mark.parametrize("used", ALGORITHMS)
def test_only_the_pinned_algorithm_is_accepted(account, pinned, used):
    issuer(account, pinned)
    if pinned == used:
        assert authenticate(token(used))
        return
    with pytest.raises(InvalidToken):
        authenticate(token(used))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_another_key_of_the_same_kind_is_refused(account, algorithm):
    issuer(account, algorithm)
    other = "t" * 32 if algorithm == "HS256" else private_key(algorithm, "another")
    with pytest.raises(InvalidToken):
        authenticate(jwt.encode(claims(), other, algorithm))


def test_a_key_inside_the_token_is_ignored(account):
    issuer(account, "RS256")
    own = jwt.algorithms.RSAAlgorithm.to_jwk(private_key("RS256", "evil").public_key(), as_dict=True)
    headers = {"jwk": own, "jku": "https://evil.example.com/jwks", "x5u": "https://evil.example.com/"}
    with pytest.raises(InvalidToken):
        authenticate(jwt.encode(claims(), private_key("RS256", "evil"), "RS256", headers=headers))


DEEP = b'{"iss":' + b"[" * 3000 + b"]" * 3000 + b"}"
NO_TOKENS = {
    "nothing": "",
    "dots": "..",
    "not base64": "a!.b!.c!",
    "not ASCII": "é.é.é",
    "payload is a list": raw_token({"alg": "HS256"}, [], SECRET.encode()),
    "payload is no JSON": raw_token({"alg": "HS256"}, b"{", SECRET.encode()),
    "payload is deep": raw_token({"alg": "HS256"}, DEEP, SECRET.encode()),
    "header is a list": raw_token([], claims(), SECRET.encode()),
    "header is deep": raw_token(DEEP, claims(), SECRET.encode()),
    "alg is a list": raw_token({"alg": ["HS256"]}, claims(), SECRET.encode()),
    "kid is a number": raw_token({"alg": "HS256", "kid": 7}, claims(), SECRET.encode()),
    "crit": raw_token({"alg": "HS256", "crit": ["x"], "x": 1}, claims(), SECRET.encode()),
    "too long": raw_token({"alg": "HS256"}, claims(x="x" * 8192), SECRET.encode()),
}


@pytest.mark.parametrize("text", NO_TOKENS.values(), ids=NO_TOKENS)
def test_malformed_tokens_are_refused(account, text):
    issuer(account)
    with pytest.raises(InvalidToken):
        authenticate(text)


def test_an_issuer_that_is_switched_off_is_refused(account):
    issuer(account, is_active=False)
    with pytest.raises(InvalidToken):
        authenticate(token())


def test_a_closed_accounts_issuer_is_refused(account):
    issuer(account)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    with pytest.raises(InvalidToken):
        authenticate(token())


def test_an_issuer_without_any_key_is_refused(account):
    issuer(account, "RS256")
    JwtIssuer.objects.update(public_key="")
    with pytest.raises(InvalidToken):
        authenticate(token("RS256"))


def test_a_secret_that_cannot_be_opened_is_refused(account):
    row = issuer(account)
    JwtIssuer.objects.filter(pk=row.pk).update(sealed_secret="gone:AAAA")
    with pytest.raises(InvalidToken):
        authenticate(token())


def test_a_known_issuer_costs_no_query(account, django_assert_num_queries):
    issuer(account)
    authenticate(token())
    with django_assert_num_queries(0):
        authenticate(token(sub="user-8"))


def test_principals_of_two_issuers_or_two_subjects_are_never_the_same(account):
    issuer(account)
    issuer(account, audience="second")
    long = "u" * 100
    subjects = [token(), token(aud="second"), token(sub=long + "1"), token(sub=long + "2")]
    assert len({authenticate(text).identity for text in subjects}) == 4
    assert all(len(authenticate(text).identity) <= 80 for text in subjects)


def test_refusals_do_not_reveal_keys(account):
    issuer(account)
    with pytest.raises(InvalidToken) as refused:
        authenticate(token()[:-3])
    assert str(refused.value) == "The token is not valid (InvalidSignatureError)."
