"""RoomOpening: tried for hours, like the end of a call."""

from calls.models import RoomOpening


def test_its_attempts_last_for_hours_after_a_restart_too(account, line):
    opening = RoomOpening.objects.create(
        connection=line.video,
        call_id=account.pk,
        room_type="default",
        room_id="r",
        state="failed",
        attempts=40,
    )
    opening.restart(wake=False)
    opening.refresh_from_db()
    assert (opening.state, opening.max_attempts) == ("pending", 80)
    assert str(opening) == "opening of room r"
