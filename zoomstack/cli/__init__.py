"""Set-up and headless runs, with nothing but the standard library.

Everything here runs in the Python a stranger has, before any environment exists: the only modules
it may import are Python's own and each other. What needs torch or numpy runs as a child process in
the environment that ``environment`` makes.
"""
