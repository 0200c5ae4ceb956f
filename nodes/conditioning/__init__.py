"""Conditioning, cut to levels and to windows; it knows of torch and of where windows lie.

``tags`` say which level an entry is for, ``timed`` when; ``levels`` makes calls that levels share;
``view`` is what calls show of a picture, ``cut`` cuts an entry to it, ``windows`` makes the calls;
``control`` copies the ControlNets of an entry for either.
"""
