"""Benchmarks on the demo model: ``python3 -m zoomstack bench quality`` of the pack's defaults,
``bench methods`` of the neighbouring methods, ``bench operators`` of fitted operators. What spaces
make of any autoencoder, without a model, is ``space``'s: ``bench space``. What time and memory
things take is ``speed``'s: ``bench speed`` and ``bench memory``.

A *row* is one way to sample a zoom (``zooms/rows``), a *job* is a row and a seed (``zooms/job``),
and a *finding* is what was measured of it (``zooms/finding``). Findings go to a file line by line
(``store``), so that a run that was stopped goes on where it was; the table and the contact sheet
are made of them (``told``). A finding is known by its job and by a ``stamp`` of the code.

In here, too, a module imports only from those before it:

    model < zooms < store < told < work < comparison < stamp < speed < space < options < __main__
"""
