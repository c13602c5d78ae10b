"""SessionDetails: what hosts decide about a session, or about every session of a series; and its bounds."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

MAX_ID_LENGTH = 255
MAX_BRAND_LENGTH = 64
MAX_TITLE_LENGTH = 500
MAX_DESCRIPTION_LENGTH = 5000
MAX_PARTICIPANTS = 1_000_000
MAX_DURATION_MINUTES = 7 * 24 * 60
MAX_TAGS, MAX_TAG_LENGTH = 20, 50
MAX_CO_HOSTS = 20
MAX_REMINDERS = 5
MAX_REMINDER_MINUTES = 30 * 24 * 60
MAX_CUSTOM_QUESTIONS = 20
DEFAULT_REMINDERS = (24 * 60, 60)  # minutes before the start
DEFAULT_OFFER_MINUTES = 12 * 60


def default_reminders() -> list[int]:
    return list(DEFAULT_REMINDERS)


class Kind(models.TextChoices):
    LIVE = "live"
    OFFICE_HOURS = "office_hours"


class WaitlistMode(models.TextChoices):
    """What a free seat means for the first person waiting: the seat, or an offer for a limited time."""

    AUTOMATIC = "automatic"
    OFFER = "offer"


class SessionDetails(models.Model):
    """What is the same for a session and for the series that it may be of."""

    brand_id = models.CharField(max_length=MAX_BRAND_LENGTH)
    host_id = models.CharField(max_length=MAX_ID_LENGTH, help_text="The user who hosts it.")
    co_host_ids = ArrayField(
        models.CharField(max_length=MAX_ID_LENGTH), size=MAX_CO_HOSTS, default=list, blank=True
    )
    title = models.CharField(max_length=MAX_TITLE_LENGTH)
    description = models.TextField(
        max_length=MAX_DESCRIPTION_LENGTH, blank=True, default="", db_default="", help_text="Plain text."
    )
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.LIVE)
    category = models.CharField(max_length=80, blank=True, default="", db_default="")
    community_id = models.CharField(max_length=MAX_BRAND_LENGTH, blank=True, default="", db_default="")
    community_slug = models.CharField(max_length=80, blank=True, default="", db_default="")
    tags = ArrayField(models.CharField(max_length=MAX_TAG_LENGTH), size=MAX_TAGS, default=list, blank=True)
    cover_image_url = models.CharField(max_length=2000, blank=True, default="", db_default="")
    timezone = models.CharField(
        max_length=64, default="UTC", db_default="UTC", help_text="IANA, of the host."
    )
    duration_minutes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MAX_DURATION_MINUTES)]
    )
    max_participants = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PARTICIPANTS)], help_text="Seats."
    )
    metadata = models.JSONField(default=dict, blank=True)

    # Registration.
    is_public = models.BooleanField(
        default=True, db_default=True, help_text="It has a public page, and is in embedded lists."
    )
    requires_approval = models.BooleanField(default=False, db_default=False)
    waitlist_mode = models.CharField(
        max_length=10,
        choices=WaitlistMode.choices,
        default=WaitlistMode.AUTOMATIC,
        db_default=WaitlistMode.AUTOMATIC,
    )
    offer_minutes = models.PositiveIntegerField(
        default=DEFAULT_OFFER_MINUTES,
        db_default=DEFAULT_OFFER_MINUTES,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_REMINDER_MINUTES)],
        help_text="How long an offered seat is kept.",
    )
    custom_questions = models.JSONField(
        default=list, blank=True, help_text="Asked at registration (registrations/custom_questions.py)."
    )

    # Time limits, and who is reminded when.
    reminder_minutes = ArrayField(
        models.PositiveIntegerField(),
        size=MAX_REMINDERS,
        default=default_reminders,
        blank=True,
        help_text="Before the start.",
    )
    max_duration_minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text="From its start; then it is ended. Empty: the default."
    )
    host_grace_minutes = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="From its time; without its host it is cancelled, or ended, then. 0: never.",
    )

    class Meta:
        abstract = True

    @property
    def host_ids(self) -> frozenset[str]:
        """The host and the co-hosts."""
        return frozenset([self.host_id, *self.co_host_ids])
