"""The sandbox's control API under /_sandbox: ledger, faults, state, recordings, event delivery."""

from collections.abc import Sequence
from dataclasses import asdict

from aiohttp import web

from providers.sandbox.callback_queue import DeliveryBehaviour
from providers.sandbox.recordings import Recordings
from providers.sandbox.vendor import Sandbox, Vendor


class ControlApi:
    """One handler per address; docs/adding-a-provider.md describes them."""

    def __init__(self, sandbox: Sandbox, vendors: Sequence[Vendor]) -> None:
        self.sandbox, self.vendors = sandbox, vendors
        self.recordings = Recordings(sandbox)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_sandbox/healthz", self.health),
            web.get("/_sandbox/ledger", self.ledger),
            web.delete("/_sandbox/ledger", self.clear_ledger),
            web.get("/_sandbox/faults", self.faults),
            web.post("/_sandbox/faults", self.add_fault),
            web.delete("/_sandbox/faults", self.reset),
            web.get("/_sandbox/live", self.live),
            web.get("/_sandbox/live_streams", self.live_streams),
            web.post("/_sandbox/recordings", self.add_recording),
            web.delete("/_sandbox/recordings/{id}", self.delete_recordings),
            web.post("/_sandbox/secrets", self.set_secret),
            web.get("/_sandbox/hooks", self.callbacks),
            web.post("/_sandbox/hooks", self.add_hook),
            web.delete("/_sandbox/hooks/{key}", self.remove_hook),
            web.put("/_sandbox/hooks/habits", self.set_delivery),
            web.post("/_sandbox/hooks/release", self.release),
            web.post("/_sandbox/happen", self.trigger),
            web.get("/_sandbox/rooms/{type}/{id}", self.room),
            web.get("/_sandbox/{vendor}/{id}", self.resource),
        ]

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def ledger(self, request: web.Request) -> web.Response:
        return web.json_response(self.sandbox.ledger.matching(dict(request.query)))

    async def clear_ledger(self, request: web.Request) -> web.Response:
        self.sandbox.ledger.entries.clear()
        return web.Response(status=204)

    async def faults(self, request: web.Request) -> web.Response:
        return web.json_response([asdict(fault) for fault in self.sandbox.faults.active])

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = self.sandbox.faults.add(await request.json())
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(asdict(fault), status=201)

    async def reset(self, request: web.Request) -> web.Response:
        """Removes all faults, and restores normal event delivery."""
        self.sandbox.faults.active.clear()
        self.sandbox.callbacks.reset()
        return web.Response(status=204)

    async def live(self, request: web.Request) -> web.Response:
        """Ids of what is live, and so billed, by vendor."""
        return web.json_response({vendor.name: vendor.live_ids() for vendor in self.vendors})

    async def live_streams(self, request: web.Request) -> web.Response:
        """Ids of the forks and broadcasts that run, by vendor."""
        return web.json_response({vendor.name: list(vendor.live_streams()) for vendor in self.vendors})

    async def add_recording(self, request: web.Request) -> web.Response:
        """A recording of the call or room `id`, without an event."""
        try:
            file = self.recordings.add(await request.json())
        except (ValueError, TypeError, KeyError) as error:
            return web.json_response({"error": f"a recording needs an id: {error}"}, status=400)
        return web.json_response(file, status=201)

    async def delete_recordings(self, request: web.Request) -> web.Response:
        self.recordings.delete(request.match_info["id"])
        return web.Response(status=204)

    async def resource(self, request: web.Request) -> web.Response:
        """One call or room as stored, with the fields that its vendor does not show."""
        resources = self.sandbox.store.get(request.match_info["vendor"], {})
        found = resources.get(request.match_info["id"])
        return web.json_response(found, status=200 if found else 404)

    async def room(self, request: web.Request) -> web.Response:
        """A room of GetStream by type and id, which the platform makes unique over all apps."""
        cid = f"{request.match_info['type']}:{request.match_info['id']}"
        rooms = self.sandbox.store.get("getstream", {}).values()
        found = next((room for room in rooms if room["cid"] == cid), None)
        return web.json_response(found, status=200 if found else 404)

    async def set_secret(self, request: web.Request) -> web.Response:
        """The auth token or API secret of an account: {key, secret}; any other one is refused from now on.

        Without it, the first token of a Twilio account is its token, and every API secret is accepted.
        """
        body = await request.json()
        if not {"key", "secret"} <= body.keys():
            return web.json_response({"error": "a secret needs key and secret"}, status=400)
        self.sandbox.secrets[str(body["key"])] = str(body["secret"])
        return web.json_response({}, status=201)

    async def callbacks(self, request: web.Request) -> web.Response:
        """The delivery attempts, oldest first; filter by resource."""
        resource, log = request.query.get("resource"), self.sandbox.callbacks.log
        return web.json_response([entry for entry in log if resource in (None, entry["resource"])])

    async def add_hook(self, request: web.Request) -> web.Response:
        """The webhook of an app: {key, secret, url, zip}."""
        hook = await request.json()
        if not {"key", "secret", "url"} <= hook.keys():
            return web.json_response({"error": "a hook needs key, secret and url"}, status=400)
        self.sandbox.register(hook)
        return web.json_response({}, status=201)

    async def remove_hook(self, request: web.Request) -> web.Response:
        self.sandbox.callbacks.apps.pop(request.match_info["key"], None)
        return web.Response(status=204)

    async def set_delivery(self, request: web.Request) -> web.Response:
        """Replaces the whole behaviour: what is not given has its default."""
        try:
            self.sandbox.callbacks.behaviour = DeliveryBehaviour(**await request.json())
        except (TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(asdict(self.sandbox.callbacks.behaviour))

    async def release(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else {}
        released = await self.sandbox.callbacks.release(reverse=bool(body.get("reverse")))
        return web.json_response({"released": released})

    async def trigger(self, request: web.Request) -> web.Response:
        """Makes `what` happen to the call or room `id`."""
        body = await request.json()
        try:
            found = any(vendor.trigger(str(body["id"]), body) for vendor in self.vendors)
        except (KeyError, ValueError) as error:
            return web.json_response({"error": f"an id, and what can happen to it: {error}"}, status=400)
        return web.json_response({}, status=201 if found else 404)
