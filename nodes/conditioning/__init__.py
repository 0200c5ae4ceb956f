"""Conditioning, cut to levels and to windows; it knows of torch and of where windows lie.

``tags`` say which level an entry is for, ``levels`` makes the calls of levels that share one;
``view`` is what calls show of a picture, ``cut`` cuts an entry to it, ``windows`` makes the calls;
``control`` copies the ControlNets of an entry for either.
"""
