"""LiveKit's participants: list, read, change and disconnect them (source: livekit_room.proto)."""

from collections.abc import Callable
from typing import Any

from providers.sandbox.vendor import Reply

Fields = dict[str, Any]


class Participants:
    """Those of all rooms; `leave(key, room, fields)` disconnects the one that `fields` names."""

    def __init__(self, rooms: dict[str, Fields], *, leave: Callable[[str, Fields, Fields], None]) -> None:
        self._rooms, self._leave = rooms, leave

    def list(self, server: str, fields: Fields) -> Reply:
        """An empty list for a room that does not exist, as a single-node server answers."""
        room = self._rooms.get(_key(server, fields))
        return Reply(200, {"participants": list(room["_participants"].values()) if room else []})

    def get(self, server: str, fields: Fields) -> Reply:
        found = self._find(server, fields)
        return Reply(200, found) if found else _missing()

    def remove(self, server: str, fields: Fields) -> Reply:
        """Disconnects it; with its token it may join again."""
        if self._find(server, fields) is None:
            return _missing()
        key = _key(server, fields)
        self._leave(key, self._rooms[key], fields)
        return Reply(200, {}, effect=True)

    def change(self, server: str, fields: Fields) -> Reply:
        """Sets metadata and name, where they are given."""
        found = self._find(server, fields)
        if found is None:
            return _missing()
        found |= {name: fields[name] for name in ("metadata", "name") if fields.get(name)}
        return Reply(200, found, effect=True)

    def _find(self, server: str, fields: Fields) -> Fields | None:
        room = self._rooms.get(_key(server, fields))
        return room["_participants"].get(str(fields.get("identity"))) if room else None


def _key(server: str, fields: Fields) -> str:
    return f"{server}/{fields.get('room')}"


def _missing() -> Reply:
    return Reply(404, {"code": "not_found", "msg": "participant does not exist"})
