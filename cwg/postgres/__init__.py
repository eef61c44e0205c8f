"""Django's PostgreSQL backend as the portal uses it: a pool that outlives a restart, and what became of a request's writes."""
