"""Operators between levels of latents, fitted to their autoencoder, for whole factors."""
