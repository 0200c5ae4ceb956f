"""A film into a file while it is made: its pictures, and what lies beside them.

``ahead`` makes frames before they are wanted, ``video`` encodes them one at a time. ``sound`` fits
any sound to the film's length and ``beat`` the film to a sound, ``cues`` are which words stand
when, and ``beside`` writes both into the same file.
"""

from .video import check_size, encode, frame_rate

__all__ = ["check_size", "encode", "frame_rate"]
