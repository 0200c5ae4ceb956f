"""The rows of ``bench speed`` and ``bench memory``: each yields the lines of one question."""
