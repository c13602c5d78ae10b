"""Admin of accounts, API keys, JWT issuers and connections. Secrets are write-only."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from liveplatform.accounts import callback_secrets
from liveplatform.accounts.connection_acts import ConnectionActs
from liveplatform.accounts.deactivation import StillRunning, deactivate
from liveplatform.accounts.forms import AccountForm, ConnectionForm, IssuerForm, KeyForm
from liveplatform.accounts.keys import RotationError, clear_cache, make_key, revoke, rotate
from liveplatform.accounts.models import Account, ApiKey, Connection, JwtIssuer
from liveplatform.admin.base import LargeTableAdmin, staff_actor
from liveplatform.admin.bulk import BulkAction
from liveplatform.admin.confirm import secrets_page
from liveplatform.admin.models import StaffAction
from liveplatform.admin.permissions import EMERGENCY_STOP, MANAGE_KEYS, may
from liveplatform.admin.scope import bound_accounts

MAX_ACTS = 20  # of staff, on an account's page


class AccountScopedAdmin(LargeTableAdmin):
    """Rows whose account is fixed once they exist: their sealed secrets are bound to it."""

    list_select_related = ("account",)
    raw_id_fields = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of a row or an account."

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:  # noqa: ANN401
        return [*self.readonly_fields, *(("account",) if obj else ())]


class KeyedAdmin(AccountScopedAdmin):
    """Rows that let somebody in: to add, change or delete them takes the permission `manage_keys` too."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:  # noqa: ANN401
        """A new row has no secrets to replace."""
        return [name for name in super().get_fields(request, obj) if obj or name != "confirm"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and may(request, MANAGE_KEYS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return super().has_change_permission(request, obj) and may(request, MANAGE_KEYS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return super().has_delete_permission(request, obj) and may(request, MANAGE_KEYS)


def _rotate_callback_secrets(ids: Sequence[UUID], actor: str) -> list[tuple[str, str]]:
    accounts = Account.objects.filter(pk__in=ids)
    return [(f"Callback secret of {each}", callback_secrets.rotate(each.pk).secret) for each in accounts]


@admin.register(Account)
class AccountAdmin(LargeTableAdmin):
    """Accounts (tenants)."""

    account_path = "pk"
    form = AccountForm
    list_display = ("name", "account_id", "auth_id", "is_active", "strict_errors", "created_at")
    list_filter = ("is_active",)
    readonly_fields = ("account_id", "auth_id", "created_at")
    fields = (
        "name",
        "is_active",
        "end_running",
        "typed_count",
        "strict_errors",
        "call_time_limit",
        "call_join_limit",
        "stream_time_limit",
        "key_rate_limit",
        "rate_limit",
        *readonly_fields,
    )
    search_help_text = "An account's id."
    bulk_actions = (
        BulkAction(
            name="rotate_callback_secrets",
            label="Rotate the callback secret",
            permission=MANAGE_KEYS,
            consequence="Each gets a new secret, shown once; the old one signs no callback from now on.",
            reveal=_rotate_callback_secrets,
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """False for staff that is bound to accounts: a new one would not be among them."""
        return super().has_add_permission(request) and bound_accounts(request) is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        """False: accounts are deactivated, their calls stay on record."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The account's page also shows the latest acts of staff."""
        account = self.get_object(request, object_id) if object_id else None
        acts = StaffAction.objects.filter(account_id=account.pk)[:MAX_ACTS] if account else []
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), "acts": acts})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ANN401
        """A deactivation ends what runs, as the form says; it is judged again, with the account locked."""
        if not form.is_deactivated:
            return super().save_model(request, obj, form, change)
        if form.cleaned_data["end_running"] and not may(request, EMERGENCY_STOP):
            raise PermissionDenied
        obj.is_active = True
        super().save_model(request, obj, form, change)
        end_running = form.cleaned_data["end_running"]
        try:
            done = deactivate(obj, end_running=end_running, actor=staff_actor(request))
        except StillRunning as error:
            return self.message_user(request, f"It stays active. {error}", messages.ERROR)
        for sentence in done:
            self.message_user(request, sentence)
        return None


def _rotate(ids: Sequence[UUID], actor: str) -> list[tuple[str, str]]:
    """Rotate keys; of one that cannot be rotated the reason stands in place of a new text."""
    shown = []
    for key in ApiKey.objects.filter(pk__in=ids).select_related("account"):
        try:
            successor, text = rotate(key, created_by=actor)
            shown.append((f"API key {successor} of {key.account}", text))
        except RotationError as error:
            shown.append((f"API key {key} of {key.account}", str(error)))
    return shown


def _revoke(ids: Sequence[UUID], actor: str) -> int:
    count = sum(revoke(key) for key in ApiKey.objects.filter(pk__in=ids, revoked_at=None))
    clear_cache()
    return count


@admin.register(ApiKey)
class ApiKeyAdmin(KeyedAdmin):
    """API keys; the text of a key is shown once, when it is made."""

    form = KeyForm
    list_display = (
        *("public_id", "name", "account", "scopes", "expires_at", "revoked_at", "last_used_at"),
        "created_by",
    )
    readonly_fields = (
        *("public_id", "rotated_at", "revoked_at", "last_used_at", "created_at", "created_by", "parent"),
    )
    fields = ("account", "name", "scopes", "expires_at", *readonly_fields)
    bulk_actions = (
        BulkAction(
            name="rotate",
            label="Rotate",
            permission=MANAGE_KEYS,
            consequence="Each gets a successor, shown once; the old key works for another 24 hours.",
            kind="scopes",
            reveal=_rotate,
        ),
        BulkAction(
            name="revoke",
            label="Revoke, for good",
            permission=MANAGE_KEYS,
            consequence="They and the keys that they made stop working within seconds, for good.",
            apply=_revoke,
        ),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: "forms.ModelForm[Any]", change: bool) -> None:  # noqa: ANN401, FBT001
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
        obj.pk, obj.public_id, obj.text = made.pk, made.public_id, text

    def response_add(
        self,
        request: HttpRequest,
        obj: Any,  # noqa: ANN401
        post_url_continue: str | None = None,
    ) -> HttpResponse:
        """The key's text, on a page that is shown once."""
        shown = [(f"API key {obj} of {obj.account}", obj.text)]
        back = reverse("admin:accounts_apikey_changelist")
        return secrets_page(request, self.admin_site, "A new API key", shown, back)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        """False: keys are revoked; records refer to them."""
        return False


@admin.register(JwtIssuer)
class JwtIssuerAdmin(KeyedAdmin):
    """Issuers whose JWTs an account accepts."""

    form = IssuerForm
    list_display = ("issuer", "audience", "account", "algorithm", "scopes", "is_active")
    list_filter = ("is_active", "algorithm")
    fields = (
        *("account", "issuer", "audience", "algorithm", "secret", "public_key", "jwks_url"),
        *("scopes", "is_for_users", "is_active", "confirm", "created_at"),
    )
    readonly_fields = ("created_at",)
    secret_fields = ("secret", "public_key", "confirm")


@admin.register(Connection)
class ConnectionAdmin(ConnectionActs, KeyedAdmin):
    """Connections: customers' accounts at providers."""

    form = ConnectionForm
    list_display = ("__str__", "provider", "account", "is_default", "check_outcome", "created_at")
    list_filter = ("provider",)
    fields = (
        *("account", "provider", "name", "base_url", "is_default", "options", "secrets"),
        *("confirm", "check_outcome", "check_message", "checked_at"),
        *("events_url", "created_at", "updated_at"),
    )
    readonly_fields = (
        *("check_outcome", "check_message", "checked_at", "events_url", "created_at", "updated_at"),
    )
    private_fields = ("options",)  # among them the number that calls come from
    secret_fields = ("secrets", "confirm")

    def hidden_fields(self, request: HttpRequest) -> set[str]:
        """Who may change a connection sees its options."""
        return set() if self.has_change_permission(request) else super().hidden_fields(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:  # noqa: ANN401
        return [*super().get_readonly_fields(request, obj), *(("provider",) if obj else ())]
