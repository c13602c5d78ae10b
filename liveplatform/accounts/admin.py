"""Admin of accounts, API keys, JWT issuers and connections. Secrets are write-only."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from liveplatform.accounts.forms import ConnectionForm, IssuerForm, KeyForm
from liveplatform.accounts.keys import RotationError, clear_cache, make_key, revoke, rotate
from liveplatform.accounts.models import Account, ApiKey, Connection, JwtIssuer
from liveplatform.admin.base import LargeTableAdmin, staff_actor


class AccountScopedAdmin(LargeTableAdmin):
    """Rows whose account is fixed once they exist: their sealed secrets are bound to it."""

    list_select_related = ("account",)
    raw_id_fields = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of a row or an account."

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*self.readonly_fields, *(("account",) if obj else ())]


@admin.register(Account)
class AccountAdmin(LargeTableAdmin):
    """Accounts (tenants)."""

    list_display = ("name", "account_id", "auth_id", "is_active", "strict_errors", "created_at")
    list_filter = ("is_active",)
    readonly_fields = ("account_id", "auth_id", "created_at")
    fields = (
        "name",
        "is_active",
        "strict_errors",
        "call_time_limit",
        "key_rate_limit",
        "rate_limit",
        *readonly_fields,
    )
    search_help_text = "An account's id."

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """False: accounts are deactivated, their calls stay on record."""
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(AccountScopedAdmin):
    """API keys; the text of a key is shown once, when it is made."""

    form = KeyForm
    list_display = (
        *("public_id", "name", "account", "scopes", "expires_at", "revoked_at", "last_used_at"),
        "created_by",
    )
    readonly_fields = (
        *("public_id", "rotated_at", "revoked_at", "last_used_at", "created_at", "created_by", "parent"),
    )
    actions = ("rotate", "revoke")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        fields = ["account", "name", "scopes", "expires_at"]
        return [*fields, *self.readonly_fields] if obj else fields

    def save_model(self, request: HttpRequest, obj: Any, form: "forms.ModelForm[Any]", change: bool) -> None:  # noqa: ANN401
        if change:
            obj.save(update_fields=["name", "scopes", "expires_at"])
            return
        made, text = make_key(
            obj.account,
            name=obj.name,
            scopes=obj.scopes,
            expires_at=obj.expires_at,
            created_by=staff_actor(request),
        )
        obj.pk, obj.public_id = made.pk, made.public_id
        self._show(request, made, text)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """False: keys are revoked; records refer to them."""
        return False

    @admin.action(description="Rotate (both keys live for 24 hours)", permissions=["change"])
    def rotate(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        for key in keys.filter(revoked_at=None).select_related("account"):
            try:
                self._show(request, *rotate(key, created_by=staff_actor(request)))
            except RotationError as error:
                self.message_user(request, f"{key}: {error}", messages.ERROR)

    @admin.action(description="Revoke, for good, with the keys they made", permissions=["change"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        count = sum(revoke(key) for key in keys)
        clear_cache()
        self.message_user(request, f"{count} revoked, made keys included; they stop working within seconds.")

    def _show(self, request: HttpRequest, key: ApiKey, text: str) -> None:
        self.message_user(request, f"The API key {key}, shown this once: {text}", messages.WARNING)


@admin.register(JwtIssuer)
class JwtIssuerAdmin(AccountScopedAdmin):
    """Issuers whose JWTs an account accepts."""

    form = IssuerForm
    list_display = ("issuer", "audience", "account", "algorithm", "scopes", "is_active")
    list_filter = ("is_active", "algorithm")
    fields = (
        *("account", "issuer", "audience", "algorithm", "secret", "public_key", "jwks_url"),
        *("scopes", "is_active", "created_at"),
    )
    readonly_fields = ("created_at",)


@admin.register(Connection)
class ConnectionAdmin(AccountScopedAdmin):
    """Connections: customers' accounts at providers."""

    form = ConnectionForm
    list_display = ("__str__", "provider", "account", "is_default", "created_at", "updated_at")
    list_filter = ("provider",)
    fields = (
        *("account", "provider", "name", "base_url", "is_default", "options", "secrets"),
        *("events_url", "created_at", "updated_at"),
    )
    readonly_fields = ("events_url", "created_at", "updated_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), *(("provider",) if obj else ())]
