"""The API of agents, and the addresses at which providers read what an answered call does."""
