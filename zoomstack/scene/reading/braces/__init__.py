"""Levels in JSON, as strictly or as loosely as it is written."""
