"""No call is left running: a Watch looks after each call, a Reconciliation after each connection.

`starting` has the verbs for everybody (watch, hurry, limit_call), `looking` what a Watch does when it is due,
`asking` what it asks the provider, `reconciling` the round over a connection's calls.
"""
