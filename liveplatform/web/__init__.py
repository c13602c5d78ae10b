"""How the web process receives requests, shares its threads among clients, and sends answers."""
