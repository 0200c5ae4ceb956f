"""Matrices along the axes of pictures; they know of no zoom.

For a frame that lies along the axes every operator on pictures is ``A @ picture @ B.T`` with one
small matrix an axis: exact, with exact adjoints and inverses, at any real scale. ``matrix`` keeps
them for each device and dtype, ``lens`` sees any part of a picture at any size, ``pyramid`` splits
a picture into octaves.
"""
