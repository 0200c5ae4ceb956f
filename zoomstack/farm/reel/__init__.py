"""One film by many: cut into parts that are encoded apart, and joined without encoding again.

``plan`` cuts, ``reel`` is what all parts must have in common, ``part`` makes one, ``join`` makes
the film of them and lays sound and words beside it. ``workers`` are who makes them: processes here,
or a Ray's tasks; ``openjd`` describes the same to a render farm. ``run`` is ``render --parts``.
"""
