"""Many machines: zooms and films that are dealt to more than one. ``reel/`` is a film in parts."""
