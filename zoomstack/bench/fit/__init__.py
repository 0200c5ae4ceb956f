"""``fit``: operators fitted to an autoencoder on a user's own pictures, kept where nodes look."""
