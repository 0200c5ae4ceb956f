"""Words in a film's pictures, and beside them.

``scale`` says how far in a view is and how wide; ``fonts`` finds letters of any script, ``setting``
draws them once, and ``stamp`` makes patches of them that a ``Film`` lays over its pictures; ``bar``
and ``squares`` are ruled. ``Captions`` in ``captions`` is all of that for one film, and ``cues``
are its prompts as a subtitle track.
"""
