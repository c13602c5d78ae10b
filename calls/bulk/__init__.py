"""Bulk ends: operations that end many calls at once, and auto-end rules that do so at intervals."""
