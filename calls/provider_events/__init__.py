"""Events that providers send about calls: stored once when they come in, applied to their call as Work.

views           the endpoint; callback_urls gives providers its address
ingest          verifies and stores an event
correlate       finds the call that an event is about
stream_events   applies those about media streams
transitions     what an event changes of a call
apply           applies events to calls (the queue)
retention       deletes old events
"""
