"""Django database backend: PostgreSQL with a cheaper health check of kept connections."""
