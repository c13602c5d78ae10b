"""Opening a room on record: the row is committed before the provider is asked."""

import pytest

from calls.lifecycle.room_opening import open_on_record, settle
from calls.models import RoomOpening
from providers.errors import UnknownOutcome


class Rooms:
    """A provider that looks what is on record when it is asked, and does not answer."""

    def open_room(self, room_type, room_id, **_):
        self.found = RoomOpening.objects.get(room_id=room_id)
        raise UnknownOutcome("lost")


def test_the_room_is_on_record_before_the_provider_is_asked(line):
    rooms = Rooms()
    with pytest.raises(UnknownOutcome):
        open_on_record(rooms, line.video, line.account.pk, room_type="default", room_id="r1", created_by="h")
    kept = RoomOpening.objects.get()
    assert (kept.pk, kept.tenant_key) == (rooms.found.pk, line.account.pk)
    assert kept.due_at < rooms.found.due_at, "its outcome is unknown: it is looked for soon"


def test_a_settled_opening_is_gone(line):
    opening = open_on_record(
        line.provider(line.open()),
        line.video,
        line.account.pk,
        room_type="default",
        room_id="r2",
        created_by="h",
    )
    settle(opening.call_id)
    assert not RoomOpening.objects.exists()
