"""Recordings of calls: stored once each, synced with the provider, links renewed before they expire.

schedule   when a call's provider is asked for its recordings
sync       asks the provider (RecordingSync)
store      stores recordings and publishes call.recording_ready
"""
