"""Many machines: the zooms of a file, dealt to whoever can make them.

``jobs`` are what is to be made, ``ledger`` what of it is done and who is at it, ``deal`` hands the
rest to workers and takes it back from those that are gone. A worker is a ComfyUI that is running
(``servers``), one of our own, or one on another machine. ``rows`` and what it stands on are read
before there is an environment. ``reel/`` is one film in parts.
"""
