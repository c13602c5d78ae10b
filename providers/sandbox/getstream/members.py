"""GetStream's users of an app, and members of its calls (source: getstream.io/video/docs/api)."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from providers.sandbox.vendor import Reply, Vendor, json_object

# Of one request to change users.
MAX_USERS = 100


class MembersApi:
    """Users by app and id; the members of a call are in its room."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.users: dict[str, dict[str, dict[str, Any]]] = {}

    def routes(self) -> Sequence[web.RouteDef]:
        call, handler = "/api/v2/video/call", self.vendor.handler
        return [
            web.post("/api/v2/users", handler("upsert_users", self.upsert_users)),
            web.get("/api/v2/users", handler("list_users", self.list_users)),
            web.post(f"{call}/members", handler("list_members", self.list_members)),
            web.post(f"{call}/{{type}}/{{id}}/members", handler("change_members", self.change_members)),
        ]

    def upsert_users(self, request: web.Request, body: bytes) -> Reply:
        """{users: {id: {id, role, name, custom}}}: creates them, or replaces what they were."""
        users = json_object(body).get("users")
        if not isinstance(users, Mapping) or not 0 < len(users) <= MAX_USERS:
            return self._invalid(f"users must be an object of 1 to {MAX_USERS} users by their ids")
        if any(not isinstance(user, Mapping) or user.get("id") != id for id, user in users.items()):
            return self._invalid("each user needs its id")
        app, changed = self._users(request), {}
        for id, user in users.items():
            app[id] = changed[id] = _user(id, user, app.get(id))
        answer = {"users": changed, "membership_deletion_task_id": "", "duration": "1.00ms"}
        return Reply(201, answer, effect=True)

    def list_users(self, request: web.Request, body: bytes) -> Reply:
        """The query has {filter_conditions: {id: {$in: […]}}} or none as JSON in `payload`."""
        try:
            conditions = json.loads(request.query.get("payload", "{}")).get("filter_conditions") or {}
            wanted = conditions["id"]["$in"] if "id" in conditions else None
        except (ValueError, AttributeError, KeyError, TypeError):
            return self._invalid("payload is not a query of users")
        users = [user for id, user in self._users(request).items() if wanted is None or id in wanted]
        return Reply(200, {"users": users, "duration": "1.00ms"})

    def change_members(self, request: web.Request, body: bytes) -> Reply:
        """{update_members: [{user_id, role, custom}], remove_members: [user ids]}"""
        room = self._room(request)
        if room is None:
            return self._no_call()
        changes = json_object(body)
        removed = changes.get("remove_members") or []
        if not isinstance(removed, list) or not self.add(request, room, changes.get("update_members")):
            return self._invalid("members are [{user_id, role, custom}] of users that exist")
        for user_id in removed:
            room["_members"].pop(user_id, None)
        return Reply(201, {"members": list(room["_members"].values()), "duration": "1.00ms"}, effect=True)

    def list_members(self, request: web.Request, body: bytes) -> Reply:
        """{type, id}"""
        query = json_object(body)
        key = f"{request.query.get('api_key')}/{query.get('type')}:{query.get('id')}"
        room = self.vendor.resources.get(key)
        if room is None:
            return self._no_call()
        members = list(room["_members"].values())
        return Reply(201, {"members": members, "next": None, "prev": None, "duration": "1.00ms"})

    def add(self, request: web.Request, room: dict[str, Any], members: object) -> bool:
        """Add members, or change them; False, and nothing is changed, if one is not a user of the app."""
        users = self._users(request)
        given = members if isinstance(members, list) else []
        if any(not isinstance(each, Mapping) or each.get("user_id") not in users for each in given):
            return False
        now = time.time_ns()
        for each in given:
            former = room["_members"].get(each["user_id"], {"created_at": now})
            room["_members"][each["user_id"]] = {
                "user_id": each["user_id"],
                "user": users[each["user_id"]],
                "role": each.get("role") or "user",
                "custom": each.get("custom") or {},
                "created_at": former["created_at"],
                "updated_at": now,
            }
        return True

    def _users(self, request: web.Request) -> dict[str, dict[str, Any]]:
        return self.users.setdefault(request.query.get("api_key", ""), {})

    def _room(self, request: web.Request) -> dict[str, Any] | None:
        path = request.match_info
        return self.vendor.resources.get(f"{request.query.get('api_key')}/{path['type']}:{path['id']}")

    def _no_call(self) -> Reply:
        return self._refusal(404, 16, "can't find call")

    def _invalid(self, message: str) -> Reply:
        return self._refusal(400, 4, message)

    def _refusal(self, status: int, code: int, message: str) -> Reply:
        body = self.vendor.error(status).body
        return Reply(status, body | {"code": code, "message": message, "StatusCode": status})


def _user(id: str, user: Mapping[str, Any], former: Mapping[str, Any] | None) -> dict[str, Any]:
    now = time.time_ns()
    return {
        "id": id,
        "role": user.get("role") or "user",
        "name": user.get("name") or "",
        "image": user.get("image") or "",
        "custom": user.get("custom") or {},
        "language": "",
        "teams": [],
        "banned": False,
        "online": False,
        "created_at": former["created_at"] if former else now,
        "updated_at": now,
        "deactivated_at": None,
        "deleted_at": None,
    }
