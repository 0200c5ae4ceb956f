"""One run of sampling: what the hooks of a MODEL ask of it."""
