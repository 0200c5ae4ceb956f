"""What lies beside the pictures in a film's file: its sound, and its levels' words as subtitles.

``sound`` fits any sound to a film's length, ``cues`` are which words stand when; ``beside`` writes
both into a file while its pictures are encoded.
"""
