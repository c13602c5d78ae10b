"""Person: who is registered: a user of the customer's, a patient, or a guest with an e-mail address."""

from django.db import models

from sessions_app.models.details import MAX_ID_LENGTH

MAX_EMAIL_LENGTH = 254
MAX_NAME_LENGTH = 200


class Role(models.TextChoices):
    """What a registered person is in the room."""

    HOST = "host"
    CO_HOST = "co_host"
    PARTICIPANT = "participant"
    GUEST = "guest"


class Person(models.Model):
    """The person of a registration. `person_key` says who it is: one person, one seat."""

    person_key = models.CharField(max_length=340, editable=False, help_text="user:… or email:…")
    user_id = models.CharField(max_length=MAX_ID_LENGTH, blank=True, default="", db_default="")
    patient_id = models.CharField(max_length=MAX_ID_LENGTH, blank=True, default="", db_default="")
    email = models.CharField(
        max_length=MAX_EMAIL_LENGTH, blank=True, default="", db_default="", help_text="Where mail is sent."
    )
    is_guest = models.BooleanField(default=False, db_default=False, help_text="Known by the e-mail only.")
    name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True, default="", db_default="")
    timezone = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="IANA; empty: the session's."
    )
    role = models.CharField(
        max_length=12, choices=Role.choices, default=Role.PARTICIPANT, db_default=Role.PARTICIPANT
    )
    answers = models.JSONField(default=dict, blank=True, help_text="To the custom questions, by their ids.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """Without what only those who may see private data are shown: staff's records hold this text."""
        return self.user_id or ("guest" if self.is_guest else "patient")


def person_key(*, user_id: str = "", patient_id: str = "", email: str = "") -> str:
    """The key of a person. ValueError without any of the three.

    A patient is the user of the same id; e-mail addresses are the same in any case.
    """
    if user_id or patient_id:
        return f"user:{user_id or patient_id}"
    if email:
        return f"email:{email.strip().lower()}"
    raise ValueError("A person has a user id, a patient id or an e-mail address.")
