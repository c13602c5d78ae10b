"""SECRET_KEY and ENCRYPTION_KEYS: given by the operator, or made for the embedded servers."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from liveplatform import embedded

RANDOM = "openssl rand -base64 "
HOW = {"SECRET_KEY": f"{RANDOM}48", "ENCRYPTION_KEYS": f'echo "k1:$({RANDOM}32)"'}


def secret_setting(name: str, var: Path, *, database_url: str, prefix: str = "") -> str:
    """The environment variable, or a secret kept under var/ beside the embedded database.

    Raises ImproperlyConfigured if there is a database elsewhere and no secret: one made here would be lost
    with this machine, and another machine would make another.
    """
    value = os.environ.get(name, "")
    if value or not database_url:
        return value or embedded.secret(var, name.lower(), prefix=prefix)
    raise ImproperlyConfigured(
        f"DATABASE_URL is set, so {name} must be set too: the same on every machine, and kept as long as the "
        f"database. Make one with: {HOW[name]}"
    )
