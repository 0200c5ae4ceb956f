"""Benchmarks on the demo model: ``python3 -m zoomstack bench quality`` of the pack's defaults,
``bench methods`` of the neighbouring methods, ``bench operators`` of fitted operators. What
time and memory things take is ``speed``'s: ``bench speed`` and ``bench memory``.

A *row* is one way to sample a zoom (``rows``), a *job* is a row and a seed (``job``), and a
*record* is what was measured of it (``measure``). Records go to a file line by line, so that a run
that was stopped goes on where it was; the table and the contact sheet are made of them.
"""
