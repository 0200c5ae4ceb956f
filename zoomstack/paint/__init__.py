"""Pictures painted level by level, and parts of a level painted anew.

``outward`` makes each wider level around the one before (outpainting, on one ``canvas``),
``inward`` each deeper one out of the one above (super-resolution): the neighbours that Wang et al.
(2023) are compared with in section 5. ``edit`` paints a part of a picture in stages and writes it
back into every level that sees it. Who paints is a function that is handed in.
"""
