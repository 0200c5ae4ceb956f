"""The inputs of a film by what they are about, and what they become in ``zoomstack.film``."""
