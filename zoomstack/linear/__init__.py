"""Matrices along the axes of pictures; they know of no zoom."""
