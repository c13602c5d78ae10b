"""What providers tell us: `intake` verifies and stores it, `applying` carries it out as Work from the row.

One address per connection (`views`); `matching` finds the call that an event is about, `meaning` says what
an event changes of a call.
"""
