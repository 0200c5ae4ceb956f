"""Workers on a Ray cluster: ``start`` joins it, ``workers`` are its two halves, of which ``maker``
is what knows nothing of Ray.

A ``guard`` sees to it that a ComfyUI ends with whoever started it.
"""
