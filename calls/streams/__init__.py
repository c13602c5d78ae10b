"""Media streams: audio forked from calls, rooms broadcast. Started once, stopped for certain.

kinds          what differs between audio and livestreams; an app registers each in settings.STREAM_KINDS
start, stop    the verbs; each puts its request on record before a provider is asked
attempts       what a step asks a provider
transitions    what the answers mean for the stream
queue          binds steps to these
"""
