"""Livestreams in the form of Cloudflare's RealtimeKit."""
