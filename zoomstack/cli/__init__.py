"""The command line: one file a command.

It starts in the Python that a stranger has. So whatever ``main`` imports, as deep as that goes, is
of the standard library alone: ``cli``, ``setup``, and the options that each command reads. The rest
runs in an environment that ``setup`` finds or makes.
"""
