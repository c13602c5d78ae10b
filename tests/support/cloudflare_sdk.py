"""Cloudflare's official Python package, with another host."""

from cloudflare import AsyncCloudflare, Cloudflare

from tests.support.sandbox import SECRET


def official(base_url, token=SECRET, **more):
    """The client; only the base URL differs."""
    return Cloudflare(api_token=token, base_url=f"{base_url}/client/v4", **more)


def official_async(base_url, token=SECRET, **more):
    return AsyncCloudflare(api_token=token, base_url=f"{base_url}/client/v4", **more)
