"""The live calls API, `/v1/live/calls`."""

from liveplatform.api.surfaces import ShortErrorBody, Surface, render_short

LIVE = Surface(
    "live",
    urls="calls.api.live_calls.urls",
    paths="/v1/live/.*",
    render=render_short,
    error_body=ShortErrorBody,
)
