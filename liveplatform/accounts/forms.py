"""Admin forms. Secrets are write-only fields."""

from typing import Any

import jwt
from django import forms
from django.core.exceptions import ValidationError

from liveplatform.accounts.connection_check import ConnectionCheck, keep_check, try_credentials
from liveplatform.accounts.connections import (
    InvalidConnection,
    TooManyConnections,
    apply_credentials,
    change_base_url,
    require_base_url,
    require_connection_slot,
)
from liveplatform.accounts.deactivation import running, running_count
from liveplatform.accounts.jwks import KEY_TYPES
from liveplatform.accounts.models import Account, ApiKey, Connection, JwtIssuer
from liveplatform.accounts.scopes import SCOPES
from liveplatform.admin.confirm import TYPE_ABOVE
from liveplatform.admin.forms import AsksBeforeSecrets
from liveplatform.egress.url_policy import DestinationForbidden, check_url
from providers.registry import CREDENTIALS

# RFC 7518 §3.2: a key of the same size as the hash output or larger must be used.
HS256_SECRET = 32


def scopes_field(initial: list[str]) -> forms.MultipleChoiceField:
    """One check box per scope."""
    return forms.MultipleChoiceField(
        choices=[(name, f"{name}: {meaning}") for name, meaning in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=initial,
    )


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """An account; it is deactivated with its open calls, or not at all."""

    end_running = forms.BooleanField(
        required=False,
        label="End its open calls",
        help_text="When it is deactivated. Without this, an account that has open calls stays active.",
    )

    typed_count = forms.IntegerField(
        required=False,
        label="Number of what is ended",
        help_text=f"To be typed if more than {TYPE_ABOVE} are ended.",
    )

    class Meta:
        model = Account
        fields = ("name", "is_active")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        found = running(self.instance.pk) if self.is_deactivated else ""
        if found and not data.get("end_running"):
            self.add_error("end_running", f"The account has {found}: end them with it, or keep it active.")
        elif found:
            self._check_count(found, data.get("typed_count"))
        return data

    def _check_count(self, found: str, typed: int | None) -> None:
        count = running_count(self.instance.pk)
        if count > TYPE_ABOVE and typed != count:
            self.add_error("typed_count", f"This ends {found}. Type {count} to do it.")

    @property
    def is_deactivated(self) -> bool:
        """Whether this change makes an active account inactive."""
        return (
            not self.instance._state.adding
            and self.cleaned_data.get("is_active") is False
            and ("is_active" in self.changed_data)
        )


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """An API key; its secret is generated on save."""

    scopes = scopes_field([])

    class Meta:
        model = ApiKey
        fields = ("account", "name", "scopes", "expires_at")


class IssuerForm(AsksBeforeSecrets):
    """A JWT issuer with the kind of key that its algorithm needs."""

    asked_fields = ("secret", "public_key", "jwks_url")
    scopes = scopes_field([])
    jwks_url = forms.URLField(
        required=False, assume_scheme="https", help_text="Instead of a fixed public key."
    )
    secret = forms.CharField(
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        help_text=f"HS256: at least {HS256_SECRET} characters. Never shown again; empty: stays as it is.",
    )

    class Meta:
        model = JwtIssuer
        fields = (
            "account",
            "issuer",
            "audience",
            "algorithm",
            "public_key",
            "jwks_url",
            "scopes",
            "is_for_users",
            "is_active",
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        public = bool(data.get("public_key")) + bool(data.get("jwks_url"))
        if data.get("algorithm") == JwtIssuer.Algorithm.HS256:
            self._check_secret(data.get("secret", ""), public)
        elif public != 1:
            raise ValidationError("This algorithm wants either a public key or a JWKS URL.")
        return data

    def clean_jwks_url(self) -> str:
        url = str(self.cleaned_data.get("jwks_url") or "")
        try:
            return check_url(url) if url else ""
        except DestinationForbidden as error:
            raise ValidationError(str(error)) from error

    def clean_public_key(self) -> str:
        pem = str(self.cleaned_data.get("public_key") or "")
        algorithm = self.data.get("algorithm")
        if not pem or algorithm not in KEY_TYPES:
            return pem
        try:
            key = jwt.get_algorithm_by_name(algorithm).prepare_key(pem)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise ValidationError(f"This is not a public key for {algorithm} in PEM.") from error
        if hasattr(key, "private_bytes"):
            raise ValidationError("This is a private key, which belongs to the issuer alone.")
        return pem

    def _check_secret(self, secret: str, public: int) -> None:
        if public:
            raise ValidationError("HS256 wants a secret, and neither a public key nor a JWKS URL.")
        if (secret or not self.instance.sealed_secret) and len(secret) < HS256_SECRET:
            raise ValidationError({"secret": f"HS256 wants at least {HS256_SECRET} characters."})

    def save(self, commit: bool = True) -> Any:  # noqa: ANN401 - the row, as the stubs have it
        if self.cleaned_data.get("secret"):
            self.instance.secret = self.cleaned_data["secret"]
        return super().save(commit)


class ConnectionForm(AsksBeforeSecrets):
    """A connection; its secrets are one write-only JSON object. New credentials are tried at the provider."""

    asked_fields = ("secrets",)
    check_result: ConnectionCheck | None = None
    base_url = forms.URLField(
        required=False, assume_scheme="https", help_text="Empty: the provider's public address."
    )
    secrets = forms.JSONField(
        required=False,
        help_text='Such as {"auth_token": "…"}. Never shown again; what is not named stays as it is.',
    )

    class Meta:
        model = Connection
        fields = ("account", "provider", "name", "base_url", "is_default", "options")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        options, secrets = data.get("options") or {}, data.get("secrets") or {}
        if not isinstance(options, dict) or not isinstance(secrets, dict):
            raise ValidationError("Options and secrets are JSON objects.")
        provider = data.get("provider") or self.instance.provider
        if provider in CREDENTIALS:
            self._check(provider, options, secrets)
            self._require_secrets_again(provider, str(data.get("base_url") or ""), secrets)
        if self.instance._state.adding and data.get("account"):
            self._require_slot(data["account"])
        if not self.errors and not {"base_url", "options", "secrets"}.isdisjoint(self.changed_data):
            self._try(data)
        return data

    def _try(self, data: dict[str, Any]) -> None:
        """A secret or an address that the provider refuses does not replace those of an existing row."""
        row = self.instance
        tried = Connection(
            pk=row.pk,
            account=row.account if row.account_id else data["account"],
            provider=row.provider or data["provider"],
            base_url=data.get("base_url") or "",
            options=data.get("options") or {},
            sealed_secrets=row.sealed_secrets,
        )
        apply_credentials(tried, data.get("secrets") or {})
        self.check_result = try_credentials(tried)
        is_risky = not {"base_url", "secrets"}.isdisjoint(self.changed_data)
        if self.check_result.is_refused and is_risky and not row._state.adding:
            self.add_error("secrets", f"{self.check_result.message} The former credentials stay.")

    def _require_secrets_again(self, provider: str, base_url: str, secrets: dict[str, Any]) -> None:
        """Secrets that are kept stay with their address: with another base_url they are asked for again."""
        if self.instance.sealed_secrets:
            try:
                change_base_url(Connection.objects.get(pk=self.instance.pk), base_url, secrets)
            except InvalidConnection as error:
                self.add_error("base_url" if error.field == "base_url" else "secrets", str(error))

    def _require_slot(self, account: Account) -> None:
        """In the transaction of the admin's view, which keeps the account locked until it has saved."""
        try:
            require_connection_slot(account.pk)
        except TooManyConnections as error:
            raise ValidationError(str(error)) from error

    def _check(self, provider: str, options: dict[str, Any], secrets: dict[str, Any]) -> None:
        fields = CREDENTIALS[provider]
        if set(options) & set(fields.secrets) or set(secrets) - set(fields.secrets):
            raise ValidationError(f"Under secrets: {', '.join(fields.secrets)}; all else under options.")
        needed = fields.options if self.instance.sealed_secrets else fields.required
        missing = [name for name in needed if name not in options | secrets]
        if missing:
            raise ValidationError(f"{provider} needs {', '.join(missing)} as well.")
        try:
            apply_credentials(Connection(provider=provider), options | secrets)
            require_base_url(provider, str(self.cleaned_data.get("base_url") or ""))
        except InvalidConnection as error:
            raise ValidationError(str(error)) from error

    def save(self, commit: bool = True) -> Any:  # noqa: ANN401 - as above
        if self.cleaned_data.get("secrets"):
            apply_credentials(self.instance, self.cleaned_data["secrets"])
        if self.check_result:
            keep_check(self.instance, self.check_result)
        return super().save(commit)
