"""What a connection to a provider must hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CredentialSpec:
    """The credentials of one provider: options are shown in the API, secrets are stored encrypted.

    `optional`: names that may be left out. `self_hosted`: there is no public address, so a connection needs
    the base_url of its server. `duration_fields`: which values are a number of seconds. `identity_fields`:
    which options identify the account at the provider; they never change within a connection.
    """

    options: tuple[str, ...]
    secrets: tuple[str, ...]
    optional: tuple[str, ...] = ()
    self_hosted: bool = False
    duration_fields: tuple[str, ...] = ()
    identity_fields: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        return self.options + self.secrets
