"""Agent: what answers a phone call: instructions at an address, TwiML, or a voice bot behind a WebSocket."""

from django.db import models
from django.db.models.functions import Lower, Now

from liveplatform.accounts.models import Account
from liveplatform.db.uuid7 import uuid7


class Agent(models.Model):
    """Exactly one of `answer_url`, `twiml` and `websocket_url` is set."""

    class Codec(models.TextChoices):
        MULAW_8000 = "audio/x-mulaw;rate=8000"
        L16_8000 = "audio/x-l16;rate=8000"
        L16_16000 = "audio/x-l16;rate=16000"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="agents", db_index=False)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True, default="", db_default="")
    workspace = models.CharField(
        max_length=100, default="default", db_default="default", help_text="As the telephony API lists it."
    )
    answer_url = models.TextField(blank=True, default="", db_default="")
    twiml = models.TextField(blank=True, default="", db_default="")
    websocket_url = models.TextField(blank=True, default="", db_default="")
    codec = models.CharField(
        max_length=30, choices=Codec.choices, default=Codec.MULAW_8000, help_text="Of the WebSocket's audio."
    )
    parameters = models.JSONField(
        default=dict, blank=True, help_text="Handed to the WebSocket's server, with the call's variables."
    )
    is_active = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("account", Lower("name"), name="unique_agent_name"),
            models.CheckConstraint(
                condition=(
                    ~models.Q(answer_url="") & models.Q(twiml="", websocket_url="")
                    | ~models.Q(twiml="") & models.Q(answer_url="", websocket_url="")
                    | ~models.Q(websocket_url="") & models.Q(answer_url="", twiml="")
                ),
                name="agent_answers_one_way",
            ),
        ]
        indexes = [models.Index(fields=["account", "-created_at", "-id"], name="agent_of_account")]

    def __str__(self) -> str:
        return self.name
