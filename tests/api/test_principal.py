"""Principal: a label for people, an identity that no other principal of the account has."""

from dataclasses import replace
from uuid import UUID

from liveplatform.api.principal import Principal

KEY = Principal(UUID(int=1), "key", "ab12cd34", frozenset({"read:live"}))
TOKEN = replace(KEY, kind="jwt", id="user-7", issuer="https://id.example.com/")


def test_the_label_names_it_for_people():
    assert (KEY.label, TOKEN.label) == ("key:ab12cd34", "jwt:user-7")
    assert len(replace(TOKEN, id="u" * 300).label) == 80


def test_subjects_of_two_issuers_are_two_identities():
    others = [
        replace(TOKEN, issuer="https://other.example.com/"),
        replace(TOKEN, id="user-8"),
        replace(TOKEN, id="u" * 300),
        replace(TOKEN, id="u" * 301),
        replace(TOKEN, id=KEY.id),
        KEY,
    ]
    identities = {each.identity for each in [TOKEN, *others]}
    assert len(identities) == 7
    assert max(map(len, identities)) <= 80
