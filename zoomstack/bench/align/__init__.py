"""Aligning pictures: a user's own (``run``), and how well it goes where the truth is known."""
