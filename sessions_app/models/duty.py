"""SessionDuty: what the platform has to do for a session at some time."""

from typing import ClassVar

from django.db import models

from liveplatform.work.models import Work
from sessions_app.models.session import Session


class SessionDuty(Work):
    """One duty of a session; sessions_app/duties carries it out.

    A duty that depends on the session's time is moved in the transaction that moves the session.
    """

    class Kind(models.TextChoices):
        OPEN = "open"  # make the call, when the join window opens
        REMIND = "remind"  # mail everybody who is registered; slot: minutes before the start
        OFFER = "offer"  # end an offer of a seat; slot: the registration's id
        HOST_CHECK = "host_check"  # the host did not come
        CLOSE = "close"  # the maximum duration is over
        FOLLOW_CALL = "follow_call"  # its call has changed; inserted by the trigger on calls, a slot each
        FOLLOW_UP = "follow_up"  # attendance, and mails to those who came and who did not

    queue: ClassVar[str] = "session_duties"

    session = models.ForeignKey(Session, models.CASCADE, related_name="duties", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    slot = models.CharField(max_length=40, blank=True, default="", db_default="")
    planned_at = models.DateTimeField(
        null=True, blank=True, help_text="Done for this time, or to be done at it."
    )

    class Meta(Work.Meta):
        verbose_name_plural = "session duties"
        constraints = [models.UniqueConstraint(fields=["session", "kind", "slot"], name="one_duty_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
