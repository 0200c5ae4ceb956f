"""On disk, whole or not at all.

What is written goes to a temporary name first and is renamed when it is complete (``whole``, which
needs nothing but the standard library), so that no reader and no crash ever meets half a file.
"""
