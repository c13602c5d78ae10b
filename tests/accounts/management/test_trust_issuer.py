"""trust_issuer: JWT issuers of an account."""

import io

import pytest
from django.core.management import CommandError, call_command

from liveplatform.accounts import keys, tokens
from liveplatform.accounts.models import Account, JwtIssuer
from tests.support.jwt_issuer import SECRET, issuer, public_pem, token


def run(*arguments: object, **options: object) -> str:
    out = io.StringIO()
    call_command(*[str(argument) for argument in arguments], stdout=out, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def fresh():
    keys.clear_cache()


NAMED = ("https://id.example.com/", "live-platform")


def test_trust_issuer_creates_an_issuer_whose_tokens_are_accepted(account, tmp_path):
    (tmp_path / "key.pem").write_text(public_pem("ES256"))
    tokens.clear_cache()
    run("trust_issuer", account.pk, *NAMED, "--algorithm", "ES256", "--public-key", tmp_path / "key.pem")
    principal = tokens.authenticate(token("ES256", scope="read:live write:live"))
    assert (principal.account_id, principal.scopes) == (account.pk, {"read:live"})


def test_tokens_of_end_users_are_known_as_such(account, tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    given = (account.pk, *NAMED, "--algorithm", "HS256", "--secret", tmp_path / "secret")
    for options, expected in (((), False), (("--users",), True)):
        run("trust_issuer", *given, *options)
        tokens.clear_cache()
        assert tokens.authenticate(token()).is_end_user is expected


def test_trust_issuer_again_changes_it(account, tmp_path):
    (tmp_path / "secret").write_text(SECRET + "\n")
    run("trust_issuer", account.pk, *NAMED, "--jwks-url", "https://id.example.com/jwks")
    run("trust_issuer", account.pk, *NAMED, "--algorithm", "HS256", "--secret", tmp_path / "secret")
    row = JwtIssuer.objects.get()
    assert (row.algorithm, row.secret, row.jwks_url) == ("HS256", SECRET, "")


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--algorithm", "HS256"),
        ("--jwks-url", "http://169.254.169.254/jwks"),
        ("--algorithm", "HS256", "--jwks-url", "https://id.example.com/jwks"),
    ],
)
def test_trust_issuer_refuses_what_the_admin_refuses(account, wrong):
    with pytest.raises(CommandError):
        run("trust_issuer", account.pk, *NAMED, *wrong)
    assert not JwtIssuer.objects.exists()


def test_an_issuer_of_another_account_is_not_taken_over(account):
    issuer(Account.objects.exclude(pk=account.pk).first())
    with pytest.raises(CommandError):
        run("trust_issuer", account.pk, *NAMED, "--jwks-url", "https://id.example.com/jwks")
    assert JwtIssuer.objects.get().account != account
