"""What a transcript tells: metrics, and the customer's sentiment. Knows no models."""
