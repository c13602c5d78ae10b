"""Ending many calls: operations that are asked for, and rules that never rest.

`many` has the verbs (begin, cancel, …), `chunks` what a worker does at each turn.
"""
