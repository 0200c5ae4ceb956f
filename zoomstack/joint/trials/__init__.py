"""Which way to meet: ways tried on scenes that agree already, and the best of them."""
