"""Calls of all kinds."""

import random
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from calls.models import Call, Transcript

NOW = timezone.now().replace(microsecond=0)
CAMPAIGNS = [UUID(int=n) for n in range(1, 4)]
COUNT = 150


def ago(minutes: float) -> str:
    return (NOW - timedelta(minutes=minutes)).isoformat()


def random_calls(account, count: int, seed: int = 7) -> list[Call]:
    """Calls with random values in every column, many of them equal, many of them empty."""
    lot = random.Random(seed)
    made = []
    for number in range(count):
        at = NOW - timedelta(minutes=lot.randrange(count))
        over = lot.random() < 0.8
        made.append(
            Call(
                id=UUID(int=lot.getrandbits(128)),
                account=account,
                channel=lot.choice(("phone", "phone", "video")),
                status="ended" if over else lot.choice(("live", "scheduled")),
                created_at=at,
                scheduled_at=lot.choice((None, None, at + timedelta(hours=1))),
                started_at=lot.choice(
                    (None, at, at + timedelta(minutes=3), at - timedelta(days=lot.choice((0, 0, 3))))
                ),
                ended_at=at + timedelta(minutes=lot.randrange(4, 9)) if over else None,
                provider_status=lot.choice(("", "completed", "busy", "ringing")),
                end_code=lot.choice(("busy", "failed")) if over else "",
                disconnect_reason=lot.choice(("Line was busy", "Agent left", f"Reason {number}"))
                if over
                else "",
                to_number=lot.choice(("", f"+1415555{number:04}", "+14155550000")),
                from_number=lot.choice(("", "+14155550100")),
                host_user_id=lot.choice(("", "ann", "bob")),
                direction=lot.choice(("inbound", "outbound-api")),
                campaign_id=lot.choice((None, *CAMPAIGNS)),
                duration=lot.choice((None, 10, 20, lot.randrange(3600))),
                rating=lot.choice((None, None, 1, 5)),
                cost=lot.choice((None, "0.5", "1.25")),
                sentiment=lot.choice(("", "positive", "negative")),
                notes=lot.choice(("", "refund wanted", f"order {number}")),
            )
        )
    Call.objects.bulk_create(made)
    turns = [{"role": "customer", "text": "the router is broken"}]
    Transcript.objects.bulk_create(Transcript(call=call, turns=turns, language="en") for call in made[::5])
    return made
