"""Workers on a Ray cluster: ``workers`` is the driver's half, ``maker`` the one where the GPU is.

A ``guard`` sees to it that a ComfyUI ends with whoever started it.
"""
