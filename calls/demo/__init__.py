"""The demo: ends two calls over REST on real servers, and checks every effect from outside."""
