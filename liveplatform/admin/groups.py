"""Ready-made groups, created after migrations where they do not exist; a group that exists is left alone."""

from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib import admin
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS, transaction

from liveplatform.admin import permissions

# App labels whose rows every group sees, and the permissions on top of that.
SEEN_APPS = ("accounts", "calls", "sessions_app", "webhooks", "staff")
SUPPORT = [permissions.NOTE_CALLS, permissions.END_CALLS, permissions.RESEND_DELIVERIES]
OPERATIONS = [
    *SUPPORT,
    *(permissions.END_MANY_CALLS, permissions.EMERGENCY_STOP, permissions.RUN_AGAIN),
    *("calls.add_autoendrule", "calls.change_autoendrule", "calls.delete_autoendrule"),
    *("sessions_app.change_session", "webhooks.change_endpoint"),
]
ACCOUNT_ADMINS = [
    permissions.MANAGE_KEYS,
    *("accounts.add_account", "accounts.change_account"),
    *(
        f"{model.partition('.')[0]}.{verb}_{model.partition('.')[2]}"
        for model in (
            *("accounts.apikey", "accounts.connection", "accounts.jwtissuer"),
            *("webhooks.endpoint", "calls.phonenumber", "calls.agent"),
        )
        for verb in ("add", "change", "delete")
    ),
]
GROUPS = {
    "Support": SUPPORT,
    "Operations": OPERATIONS,
    "Account admins": ACCOUNT_ADMINS,
    "Private data": [permissions.SEE_PRIVATE],
}


def create_groups(*, apps: Apps = installed, using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:  # noqa: ANN401
    """After migrations of the app `staff`: create the missing groups.

    `apps`: as they stand after the migrations; without all of SEEN_APPS nothing is done. The permissions are
    created first: Django creates each app's in a receiver of its own, which may run after this one.
    """
    if not all(label in {app.label for app in apps.get_app_configs()} for label in (*SEEN_APPS, "auth")):
        return
    for label in SEEN_APPS:
        create_permissions(installed.get_app_config(label), verbosity=0, using=using, apps=apps)
    known = {f"{p.content_type.app_label}.{p.codename}": p for p in _permissions()}
    seen = _view_permissions()
    with transaction.atomic():
        for name, extra in GROUPS.items():
            group, is_new = Group.objects.get_or_create(name=name)
            if is_new:
                group.permissions.set([known[permission] for permission in [*seen, *extra]])


def _permissions() -> list[Permission]:
    return list(Permission.objects.select_related("content_type"))


def _view_permissions() -> list[str]:
    """To view each model that the admin shows, of SEEN_APPS."""
    models = [model._meta for model in admin.site._registry if model._meta.app_label in SEEN_APPS]
    return [f"{meta.app_label}.view_{meta.model_name}" for meta in models]
