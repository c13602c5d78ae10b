"""Monitoring ends calls that nothing else ends: a CallMonitor per live call, a Reconciliation per connection.

schedule     starts monitors and moves their next check
deadlines    when a call must be checked or ended
check        runs a CallMonitor that is due
probe        asks the call's provider about it
lost_calls   finds the leg of a call whose submission was never answered
reconcile    compares a connection's live calls with its provider's list
broadcasts   the same of its broadcasts
late_legs    terminates legs that run after their call has ended
"""
