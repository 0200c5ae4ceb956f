"""Small autoencoders: another network for a VAE's latents, cheap enough for every step."""
