"""``render``: any part of a film from a saved stack, as pictures or as a video, without a ComfyUI.

A film is described by a few names and values (``options.Described``), which are those of
ZoomVideoRender, on a command line or as JSON: whoever has the stack and these has the same frames,
to the bit. ``stills`` writes pictures, ``run`` does it all.
"""
