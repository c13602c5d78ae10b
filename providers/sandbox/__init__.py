"""A real HTTP server that speaks the providers' wire formats, with a ledger of effects and fault injection.

The platform reaches it by a connection's base_url and knows nothing else of it. Run it with
`python -m providers.sandbox --port 9000`.
"""
