"""PriceCheck: asks a call's provider for its price until it is known."""

from typing import ClassVar

from django.db import models

from calls.models.call import Call
from liveplatform.work.models import Work


class PriceCheck(Work):
    """Twilio prices a call minutes to hours after its end, and sends no event about it.

    It is deleted once the price is known; `failed`: the provider gave no price in time.
    """

    queue: ClassVar[str] = "price_checks"

    call = models.OneToOneField(Call, models.CASCADE, related_name="price_check")
