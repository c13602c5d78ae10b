"""The scopes of API keys and tokens."""

READ = "read:live"
WRITE = "write:live"
ADMIN = "admin:live"

SCOPES = {
    READ: "See calls, transcripts, analyses, events and deliveries.",
    WRITE: "Make, end and change calls; put transcripts; run steps again.",
    ADMIN: "Manage keys, connections, phone numbers, agents and webhook endpoints.",
}
