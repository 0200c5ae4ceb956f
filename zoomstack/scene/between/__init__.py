"""Levels that are put between two others: where they lie, and which ones somebody wrote."""
