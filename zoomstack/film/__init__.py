"""A camera through a stack, and the film of what it sees.

``path`` says when the camera is how deep (the magnification is p^t along the whole path), by one of
the ``ways`` or by ``keyframes``, ``course`` and ``camera`` where it looks, ``layers`` which levels
it sees and how they lie over each other; ``frames`` puts them together and ``planes``, ``ahead``
and ``encode`` bring them into a file while they are made. ``film`` is the one door to a film's
pixels, what lies over them (``overlay``) included: a ``shot`` of it sees a ``plate`` where the
picture turns (``roll``) or the shutter is open. ``web/zoom/`` is the same in JavaScript (but for
these two and keyframes), held to the same numbers. All of it knows a ring: its depths go on from
the last level to level 0, and a loop's film has no end.
"""
