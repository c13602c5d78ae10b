"""Analysis of transcripts: conversation metrics and the customer's sentiment. Imports no models."""
