"""Conditioning, cut to levels and to windows; it knows of torch alone."""
