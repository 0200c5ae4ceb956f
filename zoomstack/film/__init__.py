"""A camera through a stack, and the film of what it sees."""
