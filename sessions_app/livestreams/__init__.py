"""Livestreams: rooms that are broadcast, in the form of Cloudflare's RealtimeKit.

apps, meetings   make, find and change them
start, stop      the verbs; each run of a livestream is a media stream (calls/streams)
rooms            which room a meeting is, and over which connection it is broadcast
kind             the StreamKind: what a provider is asked, and what follows when a run changes
publish          our own events
webhooks, queue  what an app's webhooks are told, signed with the platform's RSA pair (keys)
analytics        sums over runs
"""
