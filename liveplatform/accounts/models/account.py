"""Account: the tenant."""

import secrets
import string
from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower, Now

from liveplatform.db.uuid7 import uuid7

MAX_METADATA_KEYS = 5
MAX_STREAM_SECONDS = 86_400
ALPHABET = string.ascii_uppercase + string.digits


def new_auth_id() -> str:
    """20 characters beginning MA, as Vobiz and Plivo have them."""
    return "MA" + "".join(secrets.choice(ALPHABET) for _ in range(18))


class Account(models.Model):
    """A tenant. Every row belongs to one, and every query is bound to it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    auth_id = models.CharField(max_length=20, unique=True, default=new_auth_id, editable=False)
    is_active = models.BooleanField(default=True)
    strict_errors = models.BooleanField(
        default=False, help_text="POST /calls/end answers failures with 4xx instead of 200 and an empty body."
    )
    call_time_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Seconds a call may last that has no limit of its own; empty: no limit.",
    )
    call_join_limit = models.PositiveIntegerField(
        default=3600,
        db_default=3600,
        help_text="Seconds after which a live video call that nobody has joined is ended; 0: never.",
    )
    stream_time_limit = models.PositiveIntegerField(
        default=4 * 3600,
        db_default=4 * 3600,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_STREAM_SECONDS)],
        help_text="Seconds after which a media stream is stopped that has no limit of its own.",
    )
    key_rate_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Requests a minute of one key or token; empty: the default, 0: no limit.",
    )
    rate_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Requests a minute of all keys and tokens together; empty: the default, 0: no limit.",
    )
    # The names in calls' metadata that calls are filtered by. A name keeps its place; "" is a free one.
    metadata_keys = ArrayField(
        models.CharField(max_length=64, blank=True),
        size=MAX_METADATA_KEYS,
        default=list,
        blank=True,
        db_default=Value([], ArrayField(models.CharField(max_length=64))),
        editable=False,
    )
    # New names, by which the calls from before are still to be indexed; until then a process works on it.
    metadata_pending = ArrayField(
        models.CharField(max_length=64),
        default=list,
        blank=True,
        db_default=Value([], ArrayField(models.CharField(max_length=64))),
        editable=False,
    )
    metadata_lease = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            # Commands and staff find an account by its name.
            models.UniqueConstraint(
                Lower("name"),
                name="unique_account_name",
                violation_error_message="There is another account with this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def declare_metadata_keys(self, names: Sequence[str]) -> None:
        """Let calls be filtered by these names; those that are declared keep their place. Does not save."""
        places = [name if name in names else "" for name in self.metadata_keys]
        for name in names:
            if name not in places:
                free = places.index("") if "" in places else len(places)
                places[free : free + 1] = [name]
        new = [name for name in names if name in self.metadata_pending or name not in self.metadata_keys]
        self.metadata_keys, self.metadata_pending = places, new

    @property
    def rate_limits(self) -> tuple[int | None, int | None]:
        """Of one principal, and of the account."""
        return self.key_rate_limit, self.rate_limit

    @property
    def account_id(self) -> str:
        """The id in 32 hexadecimal characters, as clients see it."""
        return self.id.hex
