"""Levels, or parts of them, that stay as they are while the others are made anew."""
