"""What a connection must hold."""

import pytest

from providers.registry import CREDENTIALS


@pytest.mark.parametrize("spec", CREDENTIALS.values(), ids=CREDENTIALS)
def test_options_secrets_and_optional_values_are_apart(spec):
    names = [*spec.options, *spec.secrets, *spec.optional]
    assert len(set(names)) == len(names)
    assert spec.required == (*spec.options, *spec.secrets) and spec.secrets
    assert set(spec.identity_fields) <= set(spec.options), "a secret identifies no account"
    assert set(spec.duration_fields) <= set(names)
