"""Django's PostgreSQL backend with a cheaper health check (Django wants a backend to be a package)."""
