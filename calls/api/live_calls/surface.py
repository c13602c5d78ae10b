"""The live calls API, `/v1/live/calls`."""

from liveplatform.api.surfaces import ShortErrorBody, Surface, render_short

LIVE = Surface(
    "live",
    tags={"Live calls": "Video calls in the vendor's form: create, start, join, end."},
    urls="calls.api.live_calls.urls",
    paths="/v1/live/.*",
    render=render_short,
    error_body=ShortErrorBody,
)
