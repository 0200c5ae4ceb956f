"""Lists: ``runs`` finds them (``marks``, ``heads``, ``edges``), ``items`` reads their entries
(``fields``, ``titles``).
"""
