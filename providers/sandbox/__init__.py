"""A real HTTP server that speaks the providers' wire formats, with a ledger of effects and faults on demand.

Nothing in the platform knows that it is a sandbox, but for a base URL. Run it with
`python -m providers.sandbox --port 9000`.
"""
