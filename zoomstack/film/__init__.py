"""A camera through a stack, and the film of what it sees.

``path`` says when the camera is how deep (the magnification is p^t along the whole path), by one of
the ``ways`` or by ``keyframes``, ``course`` and ``camera`` where it looks, ``layers`` which levels
it sees and how they lie over each other; ``frames`` puts them together and ``planes`` as an encoder
stores them. ``film`` is the one door to a film's pixels, what lies over them (``overlay``)
included, such as its ``captions``: a ``shot`` of it sees a ``plate`` where the picture turns
(``roll``) or the shutter is open. ``encode`` brings them into a file while they are made.
``web/zoom/`` is the same in JavaScript (but for rolls, shutters and keyframes), held to the same
numbers. All of it knows a ring: its depths go on from the last level to level 0, and a loop's film
has no end.
"""
