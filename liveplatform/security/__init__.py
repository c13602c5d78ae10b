"""What stands between the web process and the network: proxies that are trusted, TLS, content policies."""
