"""Time and memory: ``python3 -m zoomstack bench speed`` and ``bench memory``.

Machines are noisy, so what counts is a ratio: the two sides of it run in turns, in one process, and
a *line* of the table is the median of the turns' ratios and how far they spread. A *row* is a
function ``row(bench) -> lines``; ``menu`` lists them.
"""
