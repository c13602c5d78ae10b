"""Who answered a call: answering-machine detection."""

from django.db import models


class AnsweredBy(models.TextChoices):
    """Who answered, by the provider's detection; UNKNOWN: it could not tell."""

    HUMAN = "human"
    MACHINE = "machine"
    FAX = "fax"
    UNKNOWN = "unknown"


class MachineDetection(models.TextChoices):
    """Twilio's MachineDetection: say who answered at once, or wait for the end of a machine's greeting."""

    ENABLE = "enable"
    DETECT_MESSAGE_END = "detect_message_end"


class OnMachine(models.TextChoices):
    """What to do when an answering machine answers."""

    CONTINUE = "continue"
    HANG_UP = "hang_up"
