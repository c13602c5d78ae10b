"""StreamStep: what has to be done about a media stream."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from calls.models.media_stream import MediaStream
from liveplatform.work.models import NO_KEY, Work


class StreamStep(Work):
    """One piece of work about a stream; calls/streams has a module per kind."""

    class Kind(models.TextChoices):
        START = "start"  # asked once; afterwards the provider is only searched for the stream
        STOP = "stop"
        CHECK = "check"  # its maximum duration, and what the provider says of it
        CALLBACK = "callback"  # tell the customer's status_callback_url; slot: the event

    queue: ClassVar[str] = "stream_steps"
    # A stream that is not stopped is billed on, so its stop is retried for hours.
    MAX_ATTEMPTS: ClassVar[dict[str, int]] = {
        Kind.START: 12,
        Kind.STOP: 40,
        Kind.CHECK: 40,
        Kind.CALLBACK: 3,
    }

    stream = models.ForeignKey(MediaStream, models.CASCADE, related_name="steps", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    slot = models.CharField(max_length=40, blank=True, default="", db_default="")
    payload = models.JSONField(default=dict, blank=True, help_text="Of a callback: what it says.")

    class Meta(Work.Meta):
        constraints = [
            models.UniqueConstraint(fields=["stream", "kind", "slot"], name="one_stream_step_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @classmethod
    def of(cls, stream: MediaStream, kind: Kind, **fields: object) -> "StreamStep":
        """A new step of this stream, unsaved."""
        return cls(
            stream=stream,
            kind=kind,
            tenant_key=stream.account_id,
            concurrency_key=stream.connection_id or NO_KEY,
            max_attempts=cls.MAX_ATTEMPTS[kind],
            **fields,
        )

    @classmethod
    def rerun(cls, stream_id: UUID, kind: Kind) -> bool:
        """Make this step of a stream due again if it has settled, and wake a worker; False otherwise."""
        return cls.objects.filter(stream_id=stream_id, kind=kind).restart() == 1

    @classmethod
    def initial_max_attempts(cls) -> models.Case:
        by_kind = (models.When(kind=kind, then=models.Value(n)) for kind, n in cls.MAX_ATTEMPTS.items())
        return models.Case(*by_kind, output_field=models.IntegerField())
