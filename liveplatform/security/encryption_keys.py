"""Whether ENCRYPTION_KEYS are the keys of this database.

Each process compares them at start, and /readyz again, with the fingerprints in EncryptionKey. Without this a
wrong key would show only when a call must be hung up and the provider's credentials do not open.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet

from liveplatform.crypto import DecryptionFailed, fingerprints, unseal

ADVICE = (
    "Put back the ENCRYPTION_KEYS that this database was used with (embedded: var/encryption_keys). A new "
    "key gets an id of its own, behind the old ones at first: docs/running.md, Rotation of encryption keys."
)


class WrongKeys(Exception):
    """ENCRYPTION_KEYS cannot open what is sealed in the database; the message says what to do."""


def sealed_columns() -> Iterator[tuple[type[Model], str, str]]:
    """Each model with `sealed_fields`: model, sealed column, and its name in the authenticated data."""
    for model in apps.get_models():
        for column, field in getattr(model, "sealed_fields", {}).items():
            yield model, column, field


def verify() -> None:
    """Raises WrongKeys if a key is missing, or another than before; a new key is recorded."""
    try:
        configured = fingerprints(settings.ENCRYPTION_KEYS)
    except ValueError as error:
        raise WrongKeys(f'ENCRYPTION_KEYS: {error}. Write "id:base64,olderid:base64".') from error
    recorded = dict(_records().values_list("key_id", "fingerprint"))
    if recorded == configured:
        return
    for key_id in configured.keys() - recorded.keys():
        _require_opens(key_id)
        recorded[key_id] = _record(key_id, configured[key_id])
    for key_id, fingerprint in recorded.items():
        if fingerprint != configured.get(key_id) and (sealed := count_sealed_with(key_id)):
            state = "is another key than before" if key_id in configured else "is missing"
            raise WrongKeys(f"ENCRYPTION_KEYS: {key_id!r} {state}, and secrets need it: {sealed}. {ADVICE}")
        if key_id in configured and fingerprint != configured[key_id]:  # nothing was ever sealed with it
            _records().filter(pk=key_id).update(fingerprint=configured[key_id])


def count_sealed_with(key_id: str) -> int:
    """How many stored secrets only this key opens."""
    return sum(
        model._default_manager.filter(**{f"{column}__startswith": f"{key_id}:"}).count()
        for model, column, _ in sealed_columns()
    )


def aad_of(row: Model, field: str) -> str:
    """The authenticated data of a row's sealed field."""
    return f"{row.account_id}/{type(row).__name__}/{row.pk}/{field}"  # type: ignore[attr-defined]


def _record(key_id: str, fingerprint: str) -> str:
    """Record a new key; the fingerprint that stands there, which another process may have recorded first."""
    row, _ = _records().get_or_create(pk=key_id, defaults={"fingerprint": fingerprint})
    return str(row.fingerprint)


def _records() -> "QuerySet[Any]":
    """EncryptionKey's rows; by its name, as this module is imported before the apps are."""
    return apps.get_model("security", "EncryptionKey")._default_manager.all()


def _require_opens(key_id: str) -> None:
    """Raises WrongKeys if secrets are sealed under the id of a new key and it does not open them."""
    for model, column, field in sealed_columns():
        row = model._default_manager.filter(**{f"{column}__startswith": f"{key_id}:"}).first()
        try:
            if row is not None:
                unseal(getattr(row, column), aad=aad_of(row, field))
        except DecryptionFailed as error:
            raise WrongKeys(
                f"ENCRYPTION_KEYS: {key_id!r} does not open what is sealed with it. {ADVICE}"
            ) from error
