"""A ComfyUI without a page: a workflow, a server to run it, and what it makes.

``run`` does a command; ``server`` is a ComfyUI of our own, ``client`` speaks to that or to another;
``execute`` is one workflow from the queue to its files. ``workflow`` and ``options`` are read
before there is an environment; the others want one with aiohttp and tqdm.
"""
