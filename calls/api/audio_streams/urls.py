"""URLs of the audio-streams API, each with and without its last slash: a redirect would lose the method.

Only those without the slash are in the OpenAPI document; the vendors write them with it.
"""

from collections.abc import Iterator

from django.urls import URLPattern, path

from calls.api.audio_streams.phone_calls import PhoneCallViewSet
from calls.api.audio_streams.streams import PlivoStreamViewSet, StreamViewSet

CALLS = {"get": "calls", "post": "make_call"}
CALL = {"get": "retrieve", "delete": "hang_up"}
STREAMS = {"get": "list", "post": "create", "delete": "stop_all"}
STREAM = {"get": "retrieve", "delete": "stop"}


def _routes(prefix: str, streams: type[StreamViewSet]) -> Iterator[URLPattern]:
    call = "Call/<str:call_uuid>"
    for address, view, actions in (
        ("Call", PhoneCallViewSet, CALLS),
        (call, PhoneCallViewSet, CALL),
        (f"{call}/Stream", streams, STREAMS),
        (f"{call}/Stream/<str:stream_id>", streams, STREAM),
    ):
        whole = f"{prefix}Account/<str:auth_id>/{address}"
        yield path(whole, view.as_view(actions))
        yield path(f"{whole}/", view.as_view(actions, schema=None))


urlpatterns = [*_routes("api/v1/", StreamViewSet), *_routes("v1/", PlivoStreamViewSet)]
