"""Ladders as they are written: a level a line, or an answer of a person or a language model.

``read`` is the door. Of an answer, ``around`` takes off what stands around it; ``braces`` reads
JSON, ``tables`` tables, ``lists`` lists; ``tidy`` the type that a prompt is set in; ``scales`` and
``factors`` turn what is said of sizes into zooms. ``brackets`` are those of every ladder.
"""
