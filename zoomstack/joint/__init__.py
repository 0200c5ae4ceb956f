"""Levels made one scene: the paper."""
