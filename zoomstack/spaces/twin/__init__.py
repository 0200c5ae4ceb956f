"""Levels of latents by a linear twin of their autoencoder, for every factor and focus."""
